/**
 * @file What the Python package must find, worked out by the masks page's own code, without the package's engine: the
 * files of test/fixtures/masks, the cases of the lints, the zoo, and configs.
 */
import { write } from '../../src/attention/expression';
import { cellsOf, type Mask } from '../../src/attention/mask';
import { readConfig } from '../../src/masks/configs';
import { cacheBytesAt } from '../../src/masks/configCosts';
import { Desk } from '../../src/masks/desk';
import { stretchesOf, type MaskDoc } from '../../src/masks/doc';
import { lint } from '../../src/masks/lint';
import { writeRectangles } from '../../src/masks/paint';
import type { Answer, Written } from '../../src/masks/questions';
import { readStack, writeStack } from '../../src/masks/stackText';
import type { Finding } from '../../src/masks/subject';
import { together } from '../../src/masks/together';
import { isGuessed, NOT_INVERTED } from '../../src/notebook/brought';
import { inPython, isTold } from '../../src/notebook/otherwise';
import { zoo } from '../../src/masks/zoo';
import { cells } from '../../test/masks/lintCases/cells';
import { numbers } from '../../test/masks/lintCases/numbers';
import { texts } from '../../test/masks/lintCases/texts';
import { windows } from '../../test/masks/lintCases/windows';

/** What public reports were meant to be, as in test/masks/broughtMasks.test.ts. */
const MEANT: Readonly<Record<string, string>> = {
  '11b-two-images-all-read-all.npy': 'causal | span(2, 5) | span(8, 11)',
  '11c-two-images-plain-causal.npy': 'causal | span(2, 5) | span(8, 11)',
  '13-window-by-suffix-rows.npy': 'causal & window(4)',
  '18a-tree-5x5.txt': 'causal',
  '18b-tree-4x10.txt': 'causal',
  '23-triangle-at-the-top-left.npy': 'causal',
  '23b-triangle-at-the-top-left-additive.npy': 'causal',
  '26b-chunks-from-the-padding.npy': 'causal & documents(2, 6, 10) & !padding(2, 0)',
  'one-future-cell-at-1200.png': 'causal',
};

interface Case {
  readonly name: string;
  /** A file of test/fixtures/masks, or the cells of masks. */
  readonly file?: string;
  readonly shape?: readonly number[];
  readonly cells?: string;
  readonly meant?: string;
  readonly findings: readonly unknown[];
  readonly difference?: { readonly cells: number; readonly first?: object };
}

export async function expectedOf(
  files: Readonly<Record<string, Uint8Array>>,
  configs: Readonly<Record<string, string>>,
) {
  const all: Case[] = [];
  for (const [file, bytes] of Object.entries(files)) {
    const meant = MEANT[file];
    for (const one of meant === undefined ? [undefined] : [undefined, meant])
      all.push({ name: `${file} ${one ?? ''}`, file, ...(await opened(file, bytes, one)) });
  }
  const cases = Object.entries({ ...cells, ...numbers, ...texts, ...windows });
  for (const [code, { found, near }] of cases)
    for (const { name, subject } of [...found, ...near])
      all.push(...(await ofMasks(`${code}: ${name}`, subject.masks)));
  for (const { id, subject, repaired } of zoo.all)
    all.push(...(await ofMasks(id, subject.masks, writeStack(repaired))));
  return {
    cases: all,
    zoo: zoo.all.map(({ id, subject }) => ({ id, findings: plainOf(lint(subject)) })),
    configs: Object.entries(configs).map(([name, text]) => {
      const config = readConfig(text);
      return {
        name,
        layers: config.layers.map(({ expression }) => write(expression)),
        bytes: cacheBytesAt(config, 32_768),
      };
    }),
  };
}

/** Masks of one shape, as a stack that is opened. */
async function ofMasks(name: string, masks: readonly Mask[], meant?: string): Promise<Case[]> {
  const [{ queries, keys }] = masks as [Mask];
  if (masks.some((one) => one.queries !== queries || one.keys !== keys)) return [];
  const bytes = Buffer.concat(masks.map((mask) => cellsOf(mask)));
  const shape = masks.length > 1 ? [masks.length, queries, keys] : [queries, keys];
  const stored = { name, shape, cells: bytes.toString('base64') };
  try {
    const as = await opened('mask.npy', npyOf(shape, bytes), meant);
    return [{ ...stored, ...as }];
  } catch {
    return []; // what the page refuses has a test of its own
  }
}

function npyOf(shape: readonly number[], bytes: Uint8Array): Uint8Array {
  const dict = `{'descr': '|b1', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const header = `${dict.padEnd(117)}\n`;
  const magic = [0x93, ...Buffer.from('NUMPY'), 1, 0, header.length, 0];
  return new Uint8Array(Buffer.concat([Buffer.from(magic), Buffer.from(header), bytes]));
}

/** As the page opens a file and asks for findings. */
async function opened(name: string, bytes: Uint8Array, meant?: string) {
  const desk = new Desk();
  let { opened: shown, look } = await desk.answer({
    kind: 'open',
    files: [{ name, bytes: new Uint8Array(bytes) }],
  });
  // Next to what is expected, Python does not guess that a mask is inverted.
  if (meant !== undefined && isGuessed(shown))
    ({ opened: shown, look } = await desk.answer({ kind: 'pick', picked: [], ...NOT_INVERTED }));
  const { doc, more } = shown;
  const other = meant ?? shown.meant;
  const masks = writtenOf(doc);
  const intended = other === undefined ? undefined : meantOf(doc, other);
  const findings: Answer<'findings'> = await desk.answer({
    kind: 'findings',
    layers: stretchesOf(doc.layers).map(({ layer, count }) => ({
      mask: writtenOf({ ...doc, layers: [layer] })[0]!,
      count,
    })),
    ...(intended && { meant: intended }),
    more: { ...more, ...(meant !== undefined && { intended: true }) },
  });
  const difference =
    meant !== undefined && doc.layers.length === 1
      ? await desk.answer({ kind: 'difference', mask: masks[0]!, other: intended![0]! })
      : undefined;
  return {
    ...(meant !== undefined && { meant }),
    findings: plainOf(findings),
    whole: look.choices.every(({ count }) => count === 1),
    ...(difference && {
      difference: {
        cells: difference.cells,
        ...(difference.first && { first: difference.first }),
      },
    }),
  };
}

const writtenOf = ({ T, queries, layers }: MaskDoc): readonly Written[] =>
  layers.map(({ expression, paint }) => ({
    T,
    ...(queries !== undefined && { queries }),
    expression: write(expression),
    paint: writeRectangles(paint),
  }));

function meantOf(doc: MaskDoc, text: string): readonly Written[] {
  const named = readStack(text);
  const layers = doc.layers.map((_, layer) => ({
    expression: named[layer % named.length]!,
    paint: [],
  }));
  return writtenOf({ ...doc, layers });
}

const plainOf = (findings: readonly Finding[]) =>
  together(findings.filter(isTold)).map(({ finding, layers }) => {
    const { code, note = false, cell, what, consequence, fix, thread } = inPython(finding);
    return { code, note, layers, ...(cell && { cell }), what, consequence, fix, thread };
  });
