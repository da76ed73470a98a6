/** @file `npm run measure:tuning`: tunes the shipped models of short instructions on long ones and prints what came of it (two minutes on one core). */
import { surroundings } from '../record/around.mjs';
import { bundled } from '../bundle.mjs';

const { CASES, tune } = await bundled('scripts/measure/tuning.ts');
const around = await surroundings();
const percent = (value) => (value === undefined ? '–' : `${(100 * value).toFixed(0)} %`);

console.log(around.machine);
console.log(
  '| model | tuned as | positions | short, before | long, before | long, after | short, after | from scratch |',
);
console.log('| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |');
for (const one of CASES) {
  const { from, plan, rotary, accuracy: a } = await tune(one, around);
  const cells = ['short, before', 'long, before', 'long', 'short, after', 'from scratch'].map(
    (moment) => percent(a[moment]),
  );
  console.log(`| ${from} | ${plan} | ${rotary} | ${cells.join(' | ')} |`);
}
