/**
 * @file `npm run bench:cache`: cache bytes and milliseconds per token at T = 512, 4,096 and 16,384 for the four plans, and
 * how long reading 4,096 tokens takes, also with every shipped model; the numbers about the cache in docs/generating.md.
 * With `--loops`, in plain loops instead of WebAssembly.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { optionsOf } from '../options.mjs';
import { plans } from '../../src/attention/plans';
import { instantiate } from '../../src/machines/instance';
import type { HostWeights } from '../../src/model/arena';
import { Decoder } from '../../src/model/decode/decoder';
import { Loops } from '../../src/model/decode/loops';
import { Wasm } from '../../src/model/decode/wasm';
import { readCheckpoint } from '../../src/model/files/checkpoint';
import { cacheBytes, openedCheckpoint } from '../../src/model/files/opened';
import { initialWeights } from '../../src/model/weights';
import { modelSpecOf, weightCount, type ModelSpec } from '../../src/spec/model';
import { DEFAULTS } from '../../src/spec/controls';

const TOKENS = 25; // behind a median
const CHUNK = 64;
const PROMPT = 4096;

type Open = (model: ModelSpec, weights: HostWeights) => Decoder;

const opens = (loops: boolean): Open => {
  if (loops) return (m, weights) => new Decoder(m, weights, {}, new Loops(m, weights));
  const module = new WebAssembly.Module(readFileSync('src/ops/simd.wasm'));
  return (m, weights) =>
    new Decoder(
      m,
      weights,
      {},
      new Wasm(m, weights, (memory) => instantiate(module, memory).kernels),
    );
};

const tokenOf = (model: ModelSpec, t: number) => (t * 31 + 7) % model.vocabulary;

/** Reads up to `length` tokens in all. */
function readTo(decoder: Decoder, length: number): void {
  while (decoder.length < length) {
    const many = Math.min(CHUNK, length - decoder.length);
    const at = decoder.length;
    decoder.prefill(Array.from({ length: many }, (_, i) => tokenOf(decoder.spec, at + i)));
  }
}

const median = (times: number[]) => times.sort((a, b) => a - b)[times.length >> 1]!;

function prompted(open: Open, model: ModelSpec, weights: HostWeights): number {
  const times = Array.from({ length: 3 }, () => {
    const decoder = open(model, weights);
    const started = performance.now();
    readTo(decoder, PROMPT);
    return performance.now() - started;
  });
  return median(times);
}

/** The sizes of the larger shipped models; weights do not change the time. */
const modelOf = (plan: string) => {
  const settings = { layers: 4, width: 64, heads: 4, window: 32, chunk: 16, groupSize: 2 };
  return modelSpecOf({ ...DEFAULTS, ...settings, plan, place: 'first' as const });
};
const named = plans.all.filter((plan) => plan.id !== 'custom');

function* measure(open: Open, contexts: readonly number[]) {
  for (const { id, label } of named) {
    const model = modelOf(id);
    const decoder = open(model, initialWeights(model, 1));
    for (const context of contexts) {
      readTo(decoder, context - TOKENS);
      const times = Array.from({ length: TOKENS }, () => {
        const started = performance.now();
        decoder.next(tokenOf(model, decoder.length), []);
        return performance.now() - started;
      });
      const held = decoder.cachedBytes().reduce((a, b) => a + b, 0);
      const counted = cacheBytes(model, model.layers, context);
      if (held !== counted) throw new Error(`${id}: ${held} bytes held, ${counted} counted`);
      yield { plan: label, context, bytes: held, ms: median(times) };
    }
  }
}

export function main(given: readonly string[]): void {
  const { values } = optionsOf(
    'npm run bench:cache -- [--loops]',
    { loops: { type: 'boolean' } },
    { given },
  );
  const loops = values.loops === true;
  const open = opens(loops);
  const how = loops ? 'plain loops' : 'WebAssembly';
  console.log(`${cpus()[0]!.model.trim()}, ${how} in Node ${process.version}, one thread`);
  console.log('| plan | T | cache | ms per token |\n| --- | ---: | ---: | ---: |');
  for (const { plan, context, bytes, ms } of measure(open, [512, 4096, 16_384]))
    console.log(
      `| ${plan} | ${context.toLocaleString('en')} | ${(bytes / 1024).toLocaleString('en')} KiB | ${ms.toFixed(2)} |`,
    );
  console.log(`\n| model | weights | ms for a prompt of ${PROMPT} |\n| --- | ---: | ---: |`);
  const show = (name: string, model: ModelSpec, weights: HostWeights) =>
    console.log(
      `| ${name} | ${weightCount(model).toLocaleString('en')} | ${prompted(open, model, weights).toFixed(0)} |`,
    );
  for (const { id, label } of named) show(label, modelOf(id), initialWeights(modelOf(id), 1));
  for (const file of readdirSync('models').filter((name) => name.endsWith('.zip'))) {
    const checkpoint = readCheckpoint(readFileSync(`models/${file}`));
    const { model, weights } = openedCheckpoint(file, checkpoint);
    show(file.replace('.zip', ''), model, weights);
  }
}
