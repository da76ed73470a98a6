/**
 * @file Files dropped on the workbench, and what its page says about them: everything behind the page, without its
 * elements.
 */
import { vi } from 'vitest';
import { Desk } from '../../src/masks/desk';
import type { Finding } from '../../src/masks/subject';
import type { Planes } from '../../src/masks/planes';
import { writeStack } from '../../src/masks/stackText';
import { differenceAsked, findingsAsked } from '../../src/state/answers.svelte';
import type { AskedDesk } from '../../src/workers/masks/client';
import { OpenedFile } from '../../src/state/openedFile.svelte';
import { Workbench } from '../../src/state/workbench.svelte';

/** By name, as text or as bytes. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** 'L5 at 8, 0', with its layer if there are several. */
const told = ({ code, cell, layer }: Finding): string =>
  [
    code,
    ...(layer === undefined ? [] : [`in layer ${layer}`]),
    ...(cell ? [`at ${cell.query}, ${cell.key}`] : []),
  ].join(' ');

export class Dropped {
  readonly workbench = new Workbench();
  readonly desk: AskedDesk;
  readonly file: OpenedFile;

  constructor() {
    const desk = new Desk();
    this.desk = { ask: (question) => desk.answer(question) };
    this.file = new OpenedFile(this.workbench, this.desk);
  }

  get says(): string {
    return this.file.says;
  }

  /** Masks of all layers, as they are written. */
  get terms(): string {
    return writeStack(this.workbench.doc.layers.map(({ expression }) => expression));
  }

  found(): Promise<readonly Finding[]> {
    return this.desk.ask(findingsAsked(this.workbench));
  }

  /** Codes with their cells; notes separately. */
  async told(): Promise<{
    readonly findings: readonly string[];
    readonly notes: readonly string[];
  }> {
    const found = await this.found();
    return {
      findings: found.filter(({ note }) => !note).map(told),
      notes: found.filter(({ note }) => note).map(told),
    };
  }

  /** Cells that differ from the compared mask, and the first. */
  async difference(): Promise<readonly number[]> {
    const { cells, first } = await this.desk.ask(differenceAsked(this.workbench)!);
    return [cells, ...(first ? [first.query, first.key] : [])];
  }

  /** All planes, once all were checked. */
  async planes(): Promise<Planes> {
    await vi.waitFor(() => {
      if (this.file.planes?.done !== this.file.planes?.of) throw new Error('not all are done');
      if (!this.file.planes) throw new Error('there is one plane only');
    });
    return this.file.planes!;
  }
}

export async function dropped(files: Files): Promise<Dropped> {
  const page = new Dropped();
  await page.file.openAll(
    Object.entries(files).map(([name, content]) => {
      const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
      return { name, size: bytes.length, bytes: () => Promise.resolve(Uint8Array.from(bytes)) };
    }),
  );
  return page;
}
