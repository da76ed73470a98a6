/**
 * @file What the Python package (python/) asks of the site's own code, in a JavaScript engine without a page: one
 * bundle, `zebraLab.ask(name, facts)`, with facts and answers as JSON and files as buffers. So a finding in a notebook
 * is the finding of the site, word for word.
 */
import './platform';
import { InputError } from '../core/check';
import { registryOf } from '../core/registry';
import type { Ask } from './ask';

const asks = registryOf<Ask>(
  'question',
  import.meta.glob<{ default: Ask }>('./asks/*.ts', { eager: true }),
);

/** Files for the next question, and files of the last answer. */
let brought: Uint8Array<ArrayBuffer>[] = [];
let given: readonly Uint8Array<ArrayBuffer>[] = [];

const zebraLab = {
  /** A buffer of `bytes` bytes for the next question; Python fills it. */
  room(bytes: number): ArrayBuffer {
    const buffer = new ArrayBuffer(bytes);
    brought.push(new Uint8Array(buffer));
    return buffer;
  },

  /** Drops files that were brought for a question that is not asked after all. */
  forget(): void {
    brought = [];
  },

  /** JSON: `{answer, files}`, `files` being how many buffers belong to it, or `{refused}`, a sentence. */
  async ask(name: string, facts: string): Promise<string> {
    const files = brought;
    brought = [];
    given = [];
    try {
      const asked = { facts: JSON.parse(facts) as never, files };
      const { answer, files: more = [] } = await asks.get(name).answer(asked);
      given = more;
      return JSON.stringify({ answer, files: more.length });
    } catch (error) {
      if (error instanceof InputError) return JSON.stringify({ refused: error.message });
      throw error;
    }
  },

  /** A buffer of the last answer. */
  given(which: number): ArrayBuffer {
    const bytes = given[which]!;
    return bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer;
  },
};

export type ZebraLab = typeof zebraLab;

Object.assign(globalThis, { zebraLab });
