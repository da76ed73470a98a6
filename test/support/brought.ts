/** @file A file brought to the workbench, with the requests that the page makes. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { Desk } from '../../src/masks/desk';
import type { Answer } from '../../src/masks/questions';
import { queriesOf, stretchesOf } from '../../src/masks/doc';
import type { Opened } from '../../src/masks/opened';
import { readStack, writeStack } from '../../src/masks/stackText';
import { writtenOf } from '../../src/state/answers.svelte';

const FOLDER = new URL('../fixtures/masks/', import.meta.url);

export class Brought {
  constructor(
    readonly desk: Desk,
    readonly opened: Opened,
    readonly look: Answer<'open'>['look'],
  ) {}

  get says(): string {
    return this.opened.says;
  }

  get #layers() {
    const { doc } = this.opened;
    return stretchesOf(doc.layers).map(({ layer, count }) => ({
      mask: writtenOf(layer, doc.T, doc.queries),
      count,
    }));
  }

  #written(meant: string) {
    const { doc } = this.opened;
    return readStack(meant).map((expression) =>
      writtenOf({ expression, paint: [] }, doc.T, doc.queries),
    );
  }

  /** Masks of its layers, as they are written. */
  get terms(): string {
    return writeStack(this.opened.doc.layers.map(({ expression }) => expression));
  }

  /**
   * Codes with their cells, without notes; compared with the intended mask, or as the page does when a file is opened.
   */
  async findings(meant: string | undefined = this.opened.meant): Promise<readonly string[]> {
    return (await this.#found(meant))
      .filter(({ note }) => !note)
      .map(
        ({ code, cell, layer }) =>
          `${code}${layer === undefined ? '' : ` in layer ${layer}`}${cell ? ` at ${cell.query}, ${cell.key}` : ''}`,
      );
  }

  #found(meant: string | undefined) {
    return this.desk.answer({
      kind: 'findings',
      layers: this.#layers,
      ...(meant !== undefined && { meant: this.#written(meant) }),
      ...(this.opened.more && { more: this.opened.more }),
    });
  }

  /** Codes of the remarks. */
  async notes(meant: string | undefined = this.opened.meant): Promise<readonly string[]> {
    return (await this.#found(meant)).flatMap(({ note, code }) => (note ? [code] : []));
  }

  async difference(meant: string) {
    const { cells, first } = await this.desk.answer({
      kind: 'difference',
      mask: this.#layers[0]!.mask,
      other: this.#written(meant)[0]!,
    });
    return { cells, ...(first && { first: [first.query, first.key] }) };
  }

  async pairs(): Promise<number> {
    const { profile } = await this.desk.answer({
      kind: 'numbers',
      mask: this.#layers[0]!.mask,
      block: 16,
    });
    expect(profile.keys.length).toBe(queriesOf(this.opened.doc));
    return profile.pairs;
  }
}

export async function bring(
  name: string,
  bytes: Uint8Array = readFileSync(new URL(name, FOLDER)),
): Promise<Brought> {
  const desk = new Desk();
  const { opened, look } = await desk.answer({
    kind: 'open',
    files: [{ name, bytes: new Uint8Array(bytes) }],
  });
  return new Brought(desk, opened, look);
}

/** The same for several files. */
export async function bringAll(
  files: readonly (readonly [string, Uint8Array])[],
): Promise<Brought> {
  const desk = new Desk();
  const { opened, look } = await desk.answer({
    kind: 'open',
    files: files.map(([name, bytes]) => ({ name, bytes: new Uint8Array(bytes) })),
  });
  return new Brought(desk, opened, look);
}

export const bringText = (words: string, name = 'pasted text') =>
  bring(name, new TextEncoder().encode(words));

/** Numbers as a .npy of any shape. */
export function npyOfNumbers(
  shape: readonly number[],
  cells: Uint8Array,
  descr = '|b1',
): Uint8Array {
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const header = `${dict.padEnd(117)}\n`;
  return Buffer.concat([
    Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length, 0]),
    Buffer.from(header),
    cells,
  ]);
}

export async function surveyed({ desk }: Brought): Promise<Answer<'planes'>> {
  for (;;) {
    const planes = await desk.answer({ kind: 'planes', picked: [] });
    if (planes.done === planes.of) return planes;
    expect(planes.alike).toEqual([]);
  }
}
