import { expect, test } from 'vitest';
import { Scribe } from '../../src/workers/write/scribe';
import type { WritingEvent } from '../../src/workers/write/protocol';
import { openedCheckpoint } from '../../src/model/files/opened';
import { initialWeights } from '../../src/model/weights';
import { modelSpecOf } from '../../src/spec/model';
import { DEFAULTS } from '../../src/spec/controls';
import { Generation } from '../../src/state/generation.svelte';

const spec = { ...DEFAULTS, width: 16, heads: 2, layers: 2, window: 5, groupSize: 2, context: 32 };
const model = openedCheckpoint('a model', {
  spec,
  step: 3,
  weights: initialWeights(modelSpecOf(spec), 1),
});

/** The page's state and the worker's scribe on one wire. */
function started(later?: (show: () => void) => void) {
  let receive: (event: WritingEvent) => void = () => {};
  const scribe = new Scribe((event) => receive(event));
  const wire = {
    send: scribe.receive.bind(scribe),
    listen: (given: typeof receive) => (receive = given),
  };
  const generation = new Generation(wire, later);
  generation.open(model);
  return generation;
}
const until = async (holds: () => boolean) => {
  for (let i = 0; i < 500 && !holds(); i++) await new Promise((resolve) => setTimeout(resolve, 2));
  expect(holds()).toBe(true);
};
const rested = (generation: Generation, written: number) =>
  until(() => generation.phase === 'ready' && generation.written.length === written);

test('generation begins with the prompt, generates the requested number of tokens, and continues from there', async () => {
  const generation = started();
  generation.count = 12;
  generation.generate();
  await rested(generation, 12);
  expect(generation.length).toBe(generation.prompt.length + 12);
  const text = generation.text;
  generation.step();
  await rested(generation, 13);
  expect(generation.text.startsWith(text)).toBe(true);
  generation.prompt = 'Another';
  expect(generation.stale).toBe(true);
  generation.generate();
  await rested(generation, 12);
  expect(generation.taken!.tokens.length).toBe('Another'.length);
});

test('generation that is stopped between two tokens leaves the page and the worker with the same tokens', async () => {
  const generation = started();
  generation.count = 4000;
  generation.generate();
  await until(() => generation.written.length > 5);
  generation.stop();
  await until(() => generation.phase === 'ready');
  const { length } = generation;
  generation.replay();
  await until(() => generation.replayed !== undefined);
  expect(generation.replayed!.positions).toBe(length - generation.prompt.length + 1);
  expect(generation.replayed!.largest).toBeLessThan(1e-4);
});

test('tokens that arrive between two updates of the page are shown together', async () => {
  const shows: (() => void)[] = [];
  const generation = started((show) => shows.push(show));
  generation.count = 6;
  generation.generate();
  await rested(generation, 6);
  expect(shows.length).toBe(1);
  shows[0]!();
  expect(generation.written.length).toBe(6);
});

test('going back during generation drops the later tokens on the page and in the worker', async () => {
  const generation = started();
  generation.count = 4000;
  generation.generate();
  await until(() => generation.written.length > 20);
  generation.rewind(4);
  await rested(generation, 4);
  generation.replay();
  await until(() => generation.replayed !== undefined);
  expect(generation.replayed!.positions).toBe(5);
});

test('generation stops after the given text', async () => {
  const generation = started();
  generation.stopAt = 'e';
  generation.count = 4000;
  generation.generate();
  await until(() => generation.phase === 'ready' && generation.written.length > 0);
  expect(generation.text.indexOf('e')).toBe(generation.text.length - 1);
});

test('the loss with other stripes is compared token by token', async () => {
  const generation = started();
  generation.count = 30;
  generation.generate();
  await rested(generation, 30);
  const layers = model.model.layers.map(() => model.model.layers[1]!);
  generation.compare(layers, {});
  await until(() => generation.difference !== undefined);
  const { tokens, before, after } = generation.difference!;
  expect([...tokens]).toEqual(generation.tokens);
  expect(before.length).toBe(tokens.length - 1);
  expect(after).not.toEqual(before);
});

test('a prompt that leaves no room to generate is refused before it reaches the worker', () => {
  const generation = started();
  generation.prompt = 'a'.repeat(5000);
  generation.generate();
  expect(generation.phase).toBe('empty');
  expect(generation.problem).toContain('The prompt has 5000 tokens; fewer than 4096');
});

test('generation that is stopped while the prompt is read leaves no tokens, and can begin again', async () => {
  const generation = started();
  generation.prompt = 'a'.repeat(2000);
  generation.generate();
  expect(generation.busy).toBe(true);
  generation.stop();
  await until(() => generation.phase === 'empty');
  expect(generation.length).toBe(0);
  generation.prompt = 'ab';
  generation.count = 3;
  generation.generate();
  await rested(generation, 3);
});
