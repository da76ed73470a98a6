/** @file A file on the workbench: read again with the user's choices, undone, and silent about masks from elsewhere. */
import { zipSync } from 'fflate';
import { expect, test, vi } from 'vitest';
import { Desk } from '../../src/masks/desk';
import { maskOf } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { cellsOf } from '../../src/attention/mask';
import { npyOf } from '../../src/masks/save';
import { OpenedFile } from '../../src/state/openedFile.svelte';
import { Workbench } from '../../src/state/workbench.svelte';
import type { AskedDesk } from '../../src/workers/masks/client';
import { npyOfNumbers } from '../support/brought';

/** A desk that answers at once, or on release while it is held. */
function heldDesk(): AskedDesk & { hold(): () => void } {
  const desk = new Desk();
  let gate = Promise.resolve();
  return {
    ask: async (question) => {
      await gate;
      return desk.answer(question);
    },
    hold() {
      let free = () => {};
      gate = new Promise((resolve) => (free = resolve));
      return free;
    },
  };
}

async function opened(bytes: Uint8Array, name = 'm.npy') {
  const [workbench, desk] = [new Workbench(), heldDesk()];
  const file = new OpenedFile(workbench, desk);
  const open = (content: Uint8Array, name: string) =>
    file.open(name, content.length, () => Promise.resolve(Uint8Array.from(content)));
  await open(bytes, name);
  return { workbench, desk, file, open };
}
const blocking = npyOf(maskOf(read('!causal'), 8)); // True blocks
const text = (words: string) => new TextEncoder().encode(words);

test('a file read the other way is another mask, and the mask compared with it stays', async () => {
  const { workbench, file } = await opened(blocking);
  expect(workbench.text).toBe('causal');
  expect(file.how).toMatchObject({ allowed: 'zero', by: 'cells' });
  workbench.other = 'causal & window(4)';
  await file.readAgain({ polarity: 'nonzero' });
  expect(workbench.text).not.toBe('causal');
  expect(file.how).toMatchObject({ allowed: 'nonzero', by: 'person' });
  expect(workbench.other).toBe('causal & window(4)');
});

test('if the worker ends or the file is gone, a message says so, and reading ends', async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  const workbench = new Workbench();
  const dead: AskedDesk = { ask: () => Promise.reject(new Error('the worker of the masks ended')) };
  const file = new OpenedFile(workbench, dead);
  await file.open('m.npy', 100, () => Promise.resolve(Uint8Array.from(blocking)));
  expect(file.refused).toContain('The file could not be read (the worker of the masks ended).');
  expect(file.reading).toBe(false);
  await file.open('m.npy', 100, () => Promise.reject(new DOMException('no such file')));
  expect(file.refused).toContain('(no such file)');
});

test('undoing restores how the file was read', async () => {
  const { workbench, file } = await opened(blocking);
  await file.readAgain({ polarity: 'nonzero' });
  await file.readAgain({ polarity: 'zero', meant: 'mha' });
  workbench.undo();
  expect(file.said).toMatchObject({ polarity: 'nonzero' });
  expect(file.how).toMatchObject({ allowed: 'nonzero' });
  expect(file.how).not.toHaveProperty('meant');
  workbench.undo();
  expect(file.said.polarity).toBeUndefined();
  expect(file.how).toMatchObject({ allowed: 'zero', by: 'cells' });
  workbench.redo();
  workbench.redo();
  expect(file.how).toMatchObject({ allowed: 'zero', by: 'person', meant: 'mha' });
});

test('two choices made before the first answer both count', async () => {
  const { desk, file } = await opened(blocking);
  const free = desk.hold();
  const both = [file.readAgain({ polarity: 'nonzero' }), file.readAgain({ meant: 'mha' })];
  expect(file.said).toMatchObject({ polarity: 'nonzero', meant: 'mha' });
  free();
  await Promise.all(both);
  expect(file.how).toMatchObject({ allowed: 'nonzero', by: 'person', meant: 'mha' });
});

test('an unreadable choice is reported, and the mask and the other choices stay', async () => {
  const { workbench, file } = await opened(
    text('[[[[1, 0], [1, 1]]], [[[1, 0], [1, 2]]]]'),
    'm.json',
  );
  const { doc } = workbench;
  await file.readAgain({ picked: [7, 0] });
  expect(file.refused).toContain('place 7 was picked on an axis of 2');
  expect(file.said.picked).toEqual([0, 0]);
  expect(workbench.doc).toBe(doc);
  await file.readAgain({ picked: [1, 0] });
  expect(file.refused).toBe('');
});

test('nothing is said about a mask that is not from the file', async () => {
  const { workbench, file, open } = await opened(blocking);
  expect(file.says).toContain('it was inverted');
  workbench.choose('zebra');
  expect([file.says, file.how]).toEqual(['', undefined]);
  workbench.undo();
  expect(file.how).toMatchObject({ allowed: 'zero' });
  await open(text('1 0\n1'), 'm.txt');
  expect(file.refused).toContain('row 1 has 1 cells');
  expect([file.says, file.how]).toEqual(['', undefined]); // the desk no longer has that file
});

test('the mask compared with is undone and restored together with the mask, and stays during edits', async () => {
  const cells = Array.from({ length: 16 }, (_, q) =>
    Array.from({ length: 16 }, (_, k) => Number(k <= q || (q === 3 && k === 9))),
  );
  const { workbench } = await opened(text(JSON.stringify(cells)), 'm.json');
  expect(workbench.other).toBe('causal');
  workbench.undo();
  expect(workbench.other).toBe('');
  workbench.redo();
  expect(workbench.other).toBe('causal');
  workbench.choose('chunks');
  expect(workbench.other).toBe('');
  workbench.other = 'causal & chunk(4)';
  workbench.paint({ query: 9, key: 0, toQuery: 10, toKey: 1, open: true });
  workbench.undo();
  expect(workbench.other).toBe('causal & chunk(4)');
  workbench.undo();
  expect(workbench.other).toBe('causal');
  workbench.redo();
  expect(workbench.other).toBe('causal & chunk(4)');
});

/** Files as a page has them. */
const given = (files: Readonly<Record<string, Uint8Array>>) =>
  Object.entries(files).map(([name, content]) => ({
    name,
    size: content.length,
    bytes: () => Promise.resolve(Uint8Array.from(content)),
  }));

test('a decoding step is compared with its row of the whole text', async () => {
  const { workbench, file } = await opened(blocking);
  await file.openAll(
    given({
      'decode.npy': npyOf(maskOf(read('causal'), 16, 1)),
      'prefill.npy': npyOf(maskOf(read('causal & window(4)'), 16)),
    }),
  );
  expect(workbench.doc).toMatchObject({ T: 16, queries: 1 });
  await file.compareWithArray(1);
  expect(file.refused).toBe('');
  expect([workbench.other, workbench.step]).toEqual(['causal & window(4)', true]);
  expect(workbench.otherMask!.row(0)).toEqual([12, 16]);
  // A row of another length is not compared.
  await file.openAll(
    given({
      'a.npy': npyOf(maskOf(read('causal'), 16)),
      'b.npy': npyOf(maskOf(read('causal'), 12)),
    }),
  );
  await file.compareWithArray(1);
  expect(file.refused).toContain('the masks are 16 × 16 and 12 × 12');
});

test('a config next to a stack gives the intended layers', async () => {
  const { workbench, file } = await opened(blocking);
  const config = {
    ...{ model_type: 'llama', num_hidden_layers: 3, num_attention_heads: 4, hidden_size: 64 },
    ...{ intermediate_size: 64, vocab_size: 32 },
  };
  const local = npyOf(maskOf(read('causal & window(4)'), 16));
  await file.openAll(
    given({
      'config.json': text(JSON.stringify(config)),
      'layer0.npy': local,
      'layer1.npy': local,
      'layer2.npy': local,
    }),
  );
  expect(file.refused).toBe('');
  expect(workbench.doc.layers).toHaveLength(3);
  expect(workbench.other).toBe('3*causal');
  expect(file.beside.map(({ name }) => name)).toEqual(['config.json']);
});

test('a plane that differs from the other planes is shown next to them, at its cell', async () => {
  const T = 16;
  const [many, odd] = ['causal', '!ahead(2)'].map((words) => cellsOf(maskOf(read(words), T)));
  const cells = Buffer.concat([many!, many!, odd!, many!]);
  const { workbench, file } = await opened(npyOfNumbers([1, 4, T, T], cells));
  await vi.waitFor(() => expect(file.all?.done).toBe(4));
  const found = file.all!.alike[1]!;
  expect(found).toMatchObject({ planes: [[0, 2]], asOthers: true });
  await file.showFound(found);
  expect([workbench.text, workbench.other]).toEqual(['!ahead(2)', 'causal']);
  expect(workbench.cell).toEqual({ query: 0, key: 1 });
});

test('the refusal of one of several files names it', async () => {
  const { file } = await opened(blocking);
  await file.openAll(given({ 'a.npy': npyOf(maskOf(read('causal'), 4)), 'b.npy': text('no') }));
  expect(file.refused).toContain('b.npy: the file does not begin as a .npy does');
});

test('another plane, or another array of that shape, is compared with the same mask', async () => {
  const [T, texts] = [16, ['causal', 'causal & window(4)', 'causal & window(5)']];
  const cells = Buffer.concat(texts.map((one) => cellsOf(maskOf(read(one), T))));
  const { workbench, file } = await opened(npyOfNumbers([1, 3, T, T], cells));
  workbench.other = 'causal & window(4)';
  await file.readAgain({ picked: [0, 1] });
  expect([workbench.text, workbench.other]).toEqual(['causal & window(4)', 'causal & window(4)']);
  await file.readAgain({ picked: [0, 2] });
  expect([workbench.text, workbench.other]).toEqual(['causal & window(5)', 'causal & window(4)']);
  await file.showPlane([0, 0]);
  expect([workbench.text, workbench.other]).toEqual(['causal', 'causal & window(4)']);
});

test('a comparison is proposed again for another plane, but not after the user removed it', async () => {
  const T = 32;
  const spoilt = ['causal & window(4)', 'causal & window(9)', 'causal'].map((one, i) => {
    const plane = cellsOf(maskOf(read(one), T));
    if (i < 2) plane[20 * T + 2] = 1;
    return plane;
  });
  const { workbench, file } = await opened(npyOfNumbers([1, 3, T, T], Buffer.concat(spoilt)));
  expect(workbench.other).toBe('causal & window(4)');
  await file.readAgain({ picked: [0, 1] });
  expect(workbench.other).toBe('causal & window(9)');
  workbench.other = '';
  await file.readAgain({ picked: [0, 0] });
  expect(workbench.other).toBe('');
});

test('all arrays of an archive are checked, whichever is shown', async () => {
  const leak = cellsOf(maskOf(read('causal'), 16));
  leak[3 * 16 + 9] = 1;
  const archive = zipSync({
    'a.npy': Uint8Array.from(npyOf(maskOf(read('causal'), 16))),
    'b.npy': Uint8Array.from(npyOfNumbers([16, 16], leak)),
  });
  const { file } = await opened(archive, 'm.npz');
  await vi.waitFor(() => expect(file.allArrays?.done).toBe(2));
  expect(file.allArrays!.all.map(({ name, codes }) => [name, codes])).toEqual([
    ['a', []],
    ['b', ['L3']],
  ]);
  await file.readAgain({ picked: [1] });
  expect(file.allArrays?.done).toBe(2);
});

test('planes that turned out to be texts are called so, and each can be selected', async () => {
  const [T, texts] = [24, ['causal', 'causal & !padding(3, 0)', 'causal & !padding(5, 0)']];
  const cells = Buffer.concat(texts.map((one) => cellsOf(maskOf(read(one), T))));
  const { workbench, file } = await opened(npyOfNumbers([3, T, T], cells));
  expect(file.look!.axes!.roles[0]).toBe('batch');
  await vi.waitFor(() => expect(file.planes?.done).toBe(3));
  expect(file.planes!.axes.map(({ name }) => name)).toEqual(['batch']);
  await file.showPlane([2]);
  expect(workbench.text).toBe('causal & !padding(5, 0)');
});
