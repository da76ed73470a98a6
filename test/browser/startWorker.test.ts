import { expect, test } from 'vitest';
import { startWorker } from '../../src/workers/startWorker';

const scriptOf = (text: string) =>
  URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));

test("messages sent before the worker's script has loaded arrive once, in order", async () => {
  const slow =
    'await new Promise((go) => setTimeout(go, 200)); onmessage = ({ data }) => postMessage(data);';
  const worker = startWorker(scriptOf(slow), 'echo');
  const heard: unknown[] = [];
  const all = new Promise<void>((resolve) => {
    worker.onmessage = ({ data }) => {
      heard.push(data instanceof Float32Array ? [...data] : data);
      if (data === 'last') resolve();
    };
  });
  const moved = Float32Array.of(1, 2);
  for (const message of [0, 'one']) worker.postMessage(message);
  worker.postMessage(moved, [moved.buffer]);
  await new Promise((go) => setTimeout(go, 400)); // by now the script listens itself
  for (const message of [3, 'last']) worker.postMessage(message);
  await all;
  worker.terminate();
  expect(heard).toEqual([0, 'one', [1, 2], 3, 'last']);
  expect(moved.length).toBe(0);
});

test.each([
  ['is not there', '/no-such-script.js'],
  ['throws', scriptOf('throw new Error("broken")')],
])('a script that %s is reported as an error of the worker', async (_, script) => {
  const worker = startWorker(script, 'broken');
  const error = await new Promise<ErrorEvent>((resolve) => (worker.onerror = resolve));
  error.preventDefault();
  worker.terminate();
  expect(error.message).toMatch(/dynamically imported module|broken/);
});
