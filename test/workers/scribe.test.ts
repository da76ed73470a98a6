/** @file What the worker that writes says about its arithmetic, and what it writes with it. */
import { expect, test, vi } from 'vitest';
import { plans } from '../../src/attention/plans';
import { instantiate } from '../../src/machines/instance';
import { Loops } from '../../src/model/decode/loops';
import { Wasm, type Kernels } from '../../src/model/decode/wasm';
import { initialWeights } from '../../src/model/weights';
import { chooseArithmetic, type KernelsOrNot } from '../../src/workers/write/arithmetic';
import type { WritingCommand, WritingEvent } from '../../src/workers/write/protocol';
import { Scribe } from '../../src/workers/write/scribe';
import { small } from '../model/small';
import { modules } from '../support/simd';

const kernels: Kernels = (memory) => instantiate(modules().module, memory).kernels;
const layers = plans.get('grouped').expand({
  layers: 4,
  groupSize: 2,
  place: 'first',
  stripes: '',
  masks: '',
  window: 5,
  chunk: 3,
});
const model = small.modelOf(layers);
const weights = initialWeights(model, 1);

test('WebAssembly computes if it starts, fits the model and agrees with the loops', () => {
  const { arithmetic, computing } = chooseArithmetic(model, weights, kernels);
  expect(arithmetic).toBeInstanceOf(Wasm);
  expect(computing).toEqual({ way: 'wasm' });
});

test('otherwise loops compute, with the reason', () => {
  const broken: Kernels = (memory) => ({ ...kernels(memory), decodeSwiglu: () => {} });
  const unlinked: Kernels = () => {
    throw new WebAssembly.LinkError('no tile');
  };
  const odd = { ...model, hidden: 22 };
  const cases: [KernelsOrNot, object][] = [
    [{ message: '404' }, { because: 'failed', message: '404' }],
    [unlinked, { because: 'failed', message: 'no tile' }],
    [broken, { because: 'differs' }],
  ];
  for (const [given, why] of cases) {
    const { arithmetic, computing } = chooseArithmetic(model, weights, given);
    expect(arithmetic).toBeInstanceOf(Loops);
    expect(computing).toEqual({ way: 'cpu', ...why });
  }
  expect(chooseArithmetic(odd, initialWeights(odd, 1), kernels).computing).toEqual({
    way: 'cpu',
    because: 'sizes',
  });
  const grow = vi.spyOn(WebAssembly.Memory.prototype, 'grow').mockImplementation(() => {
    throw new RangeError('out of memory');
  });
  const { computing } = chooseArithmetic(model, weights, kernels);
  grow.mockRestore();
  expect(computing).toEqual({ way: 'cpu', because: 'memory' });
});

/** The events until `last`, and a way to send more commands. */
function started(given?: Promise<KernelsOrNot>) {
  let waiting: { last: string; events: WritingEvent[]; done(events: WritingEvent[]): void };
  const scribe = new Scribe((event) => {
    waiting.events.push(event);
    if (event.type === waiting.last) waiting.done(waiting.events);
  }, given);
  return (last: WritingEvent['type'], ...commands: WritingCommand[]) =>
    new Promise<WritingEvent[]>((done) => {
      waiting = { last, events: [], done };
      for (const command of commands) scribe.receive(command);
    });
}
const load = { type: 'load', model, weights } as const;
const begin = { type: 'begin', prompt: new Int32Array(100).fill(3) } as const;
const sampling = { temperature: 1, topK: 0, topP: 1 };
const write = { type: 'write', count: 30, sampling, seed: 4, until: new Int32Array(0) } as const;
const textOf = (events: WritingEvent[]) =>
  events.flatMap((event) => (event.type === 'written' ? [event.token.token] : []));

test('a scribe says once per model what computes, and writes the same text either way', async () => {
  const texts: number[][] = [];
  for (const given of [Promise.resolve(kernels), undefined]) {
    const ask = started(given);
    const opened = await ask('ready', load, begin);
    expect(opened.filter(({ type }) => type === 'computing')).toEqual([
      {
        type: 'computing',
        computing: given
          ? { way: 'wasm' }
          : { way: 'cpu', because: 'failed', message: 'no kernels' },
      },
    ]);
    texts.push(textOf(await ask('stopped', write)));
    const again = await ask('ready', begin);
    expect(again.map(({ type }) => type)).not.toContain('computing');
    const whatIf = { type: 'whatIf', tokens: begin.prompt, layers, interventions: {} } as const;
    const difference = (await ask('difference', whatIf)).at(-1);
    if (difference?.type !== 'difference') throw new Error('no difference');
    expect(difference.difference.before).toEqual(difference.difference.after);
    expect((await ask('computing', load, begin)).at(-1)?.type).toBe('computing');
  }
  expect(texts[0]!.length).toBe(30);
  expect(texts[0]).toEqual(texts[1]);
});

test('a scribe says that memory was refused while it wrote, and goes on', async () => {
  let memory!: WebAssembly.Memory;
  const ask = started(Promise.resolve((given) => kernels((memory = given))));
  await ask('ready', load, begin);
  memory.grow = () => {
    throw new RangeError('out of memory');
  };
  const events = await ask('stopped', { ...write, count: 3000 });
  expect(textOf(events).length).toBe(3000);
  expect(events.filter(({ type }) => type === 'computing')).toEqual([
    { type: 'computing', computing: { way: 'cpu', because: 'memory' } },
  ]);
});
