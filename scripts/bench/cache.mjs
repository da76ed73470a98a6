/** @file `npm run bench:cache`: cache bytes and milliseconds per token at T = 512, 4,096 and 16,384 for the four plans. */
import { cpus } from 'node:os';
import { bundled } from '../bundle.mjs';

const { measure } = await bundled('scripts/bench/cache.ts');

console.log(`${cpus()[0].model.trim()}, JavaScript in Node ${process.version}, one thread`);
console.log('| plan | T | cache | ms per token |\n| --- | ---: | ---: | ---: |');
for (const { plan, context, bytes, ms } of measure([512, 4096, 16_384]))
  console.log(
    `| ${plan} | ${context.toLocaleString('en')} | ${(bytes / 1024).toLocaleString('en')} KiB | ${ms.toFixed(2)} |`,
  );
