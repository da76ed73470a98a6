/** @file Figure 5 at our scale: document lengths of the corpora, as shares per doubling of the length. */
import { check } from '../core/check';
import { list, object, readable, text, whole } from '../core/schema';
import { formatInteger } from '../core/units';
import type { Table } from './chart';

export interface CorpusLengths {
  readonly title: string;
  readonly lengths: readonly number[]; // characters, one per document
}

const description = object(
  {
    title: text({ longest: Infinity, empty: true }),
    documents: list(object({ start: whole(), end: whole() }, 'ignored'), { min: 1 }),
  },
  'ignored',
);

/** The lengths in a description that scripts/build/texts.mjs wrote. */
export function lengthsOf(given: unknown): CorpusLengths {
  const read = readable(description, given);
  const lengths = read?.documents.map(({ start, end }) => end - start);
  check(
    read && lengths?.every((length) => length > 0),
    'the description of a corpus should have a title and documents with start and end',
  );
  return { title: read.title, lengths: lengths! };
}

export interface Histogram {
  readonly bins: readonly { readonly from: number; readonly to: number }[]; // characters: from <= length < to
  readonly corpora: readonly {
    readonly title: string;
    readonly counts: readonly number[];
    readonly documents: number;
  }[];
}

export function histogramOf(corpora: readonly CorpusLengths[]): Histogram {
  const powers = corpora.flatMap(({ lengths }) =>
    lengths.map((length) => Math.floor(Math.log2(length))),
  );
  const [low, high] = [Math.min(...powers), Math.max(...powers)];
  const bins =
    powers.length === 0
      ? []
      : Array.from({ length: high - low + 1 }, (_, i) => ({
          from: 2 ** (low + i),
          to: 2 ** (low + i + 1),
        }));
  return {
    bins,
    corpora: corpora.map(({ title, lengths }) => ({
      title,
      counts: bins.map(({ from, to }) => lengths.filter((n) => n >= from && n < to).length),
      documents: lengths.length,
    })),
  };
}

export function documentsTable({ bins, corpora }: Histogram): Table {
  return {
    columns: ['text', 'characters', 'documents', 'share'],
    rows: corpora.flatMap(({ title, counts, documents }) =>
      bins.map(({ from, to }, i) => [
        title,
        `${formatInteger(from)}–${formatInteger(to - 1)}`,
        counts[i]!,
        Number((counts[i]! / documents).toFixed(4)),
      ]),
    ),
  };
}
