/**
 * @file `npm run record [-- --force] [-- --only WORD]`: trains the runs behind the figures and writes public/recorded/.
 * A recording that is there is kept, so it goes on where it was stopped; --force makes it anew. Comparisons to begin
 * with are recorded whole, as public/recorded/races/ID.json; their WORD is race-ID. Shipped models that go on with a
 * longer context are kept as public/recorded/adapted/ID.json; their WORD is adaptation-ID.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { surroundings } from './around.mjs';
import { bundled } from '../bundle.mjs';

const given = process.argv.slice(2);
const force = given.includes('--force');
const only = given.includes('--only') ? given[given.indexOf('--only') + 1] : '';

const ROOT = new URL('../..', import.meta.url);
const folder = new URL('public/recorded/', ROOT);
mkdirSync(folder, { recursive: true });

const { ADAPTATIONS, JOBS, STARTS, record, recordAdaptation, recordRace } =
  await bundled('scripts/record/runs.ts');
const around = await surroundings();

let total = 0;
for (const job of JOBS.filter(({ name }) => name.includes(only))) {
  const file = new URL(`${job.name}.json`, folder);
  if (existsSync(file) && !force) continue;
  const recording = await record(job, around);
  writeFileSync(file, JSON.stringify(recording) + '\n');
  list();
  total += recording.seconds;
  const { validation, seconds } = recording;
  console.log(
    `${job.name}: loss ${validation.at(-1).loss} after ${seconds} s, ${Math.round(total)} s in all`,
  );
}

const races = new URL('races/', folder);
mkdirSync(races, { recursive: true });
for (const start of STARTS.filter(({ id }) => `race-${id}`.includes(only))) {
  const file = new URL(`${start.id}.json`, races);
  if (existsSync(file) && !force) continue;
  const text = await recordRace(start, around);
  writeFileSync(file, text + '\n');
  console.log(`race-${start.id}: ${text.length} characters`);
}

const adapted = new URL('adapted/', folder);
mkdirSync(adapted, { recursive: true });
for (const job of ADAPTATIONS.filter(({ model }) => `adaptation-${model}`.includes(only))) {
  const file = new URL(`${job.model}.json`, adapted);
  if (existsSync(file) && !force) continue;
  const model = new Uint8Array(readFileSync(new URL(`models/${job.model}.zip`, ROOT)));
  const recorded = await recordAdaptation(job, model, around);
  writeFileSync(file, JSON.stringify(recorded) + '\n');
  console.log(`adaptation-${job.model}: ${recorded.looks.length} looks in ${recorded.seconds} s`);
}

/** The page asks for this list first. */
function list() {
  const names = readdirSync(folder).filter(
    (name) => name.endsWith('.json') && name !== 'index.json',
  );
  writeFileSync(new URL('index.json', folder), JSON.stringify(names.sort(), undefined, 1) + '\n');
}
