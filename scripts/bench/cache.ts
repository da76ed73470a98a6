/**
 * @file `npm run bench:cache`: cache bytes and milliseconds per token at T = 512, 4,096 and 16,384 for the four plans;
 * the numbers about the cache in docs/generating.md.
 */
import { cpus } from 'node:os';
import { optionsOf } from '../options.mjs';
import { plans } from '../../src/attention/plans';
import { Decoder } from '../../src/model/decode/decoder';
import { cacheBytes } from '../../src/model/files/opened';
import { initialWeights } from '../../src/model/weights';
import { modelSpecOf } from '../../src/spec/model';
import { DEFAULTS } from '../../src/spec/controls';

const TOKENS = 25; // behind a median
const CHUNK = 64;

function* measure(contexts: readonly number[]) {
  for (const { id, label } of plans.all.filter((plan) => plan.id !== 'custom')) {
    // The shipped models' sizes; weights do not change the time.
    const settings = { layers: 4, width: 64, heads: 4, window: 32, chunk: 16, groupSize: 2 };
    const spec = { ...DEFAULTS, ...settings, plan: id, place: 'first' as const };
    const model = modelSpecOf(spec);
    const decoder = new Decoder(model, initialWeights(model, 1));
    const token = (t: number) => (t * 31 + 7) % model.vocabulary;
    for (const context of contexts) {
      while (decoder.length < context - TOKENS) {
        const many = Math.min(CHUNK, context - TOKENS - decoder.length);
        decoder.prefill(Array.from({ length: many }, (_, i) => token(decoder.length + i)));
      }
      const times = Array.from({ length: TOKENS }, () => {
        const started = performance.now();
        decoder.next(token(decoder.length));
        return performance.now() - started;
      }).sort((a, b) => a - b);
      const held = decoder.cachedBytes().reduce((a, b) => a + b, 0);
      const counted = cacheBytes(model, model.layers, context);
      if (held !== counted) throw new Error(`${id}: ${held} bytes held, ${counted} counted`);
      yield { plan: label, context, bytes: held, ms: times[TOKENS >> 1]! };
    }
  }
}

export function main(given: readonly string[]): void {
  optionsOf('npm run bench:cache', {}, { given });
  console.log(`${cpus()[0]!.model.trim()}, JavaScript in Node ${process.version}, one thread`);
  console.log('| plan | T | cache | ms per token |\n| --- | ---: | ---: | ---: |');
  for (const { plan, context, bytes, ms } of measure([512, 4096, 16_384]))
    console.log(
      `| ${plan} | ${context.toLocaleString('en')} | ${(bytes / 1024).toLocaleString('en')} KiB | ${ms.toFixed(2)} |`,
    );
}
