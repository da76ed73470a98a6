/** @file Figure 5 at our scale: how long the documents of the corpora are, as shares by doubling lengths. */
import { check } from '../core/check';
import { formatInteger } from '../core/units';
import type { Table } from './chart';

export interface CorpusLengths {
  readonly title: string;
  readonly lengths: readonly number[]; // characters, one per document
}

/** The lengths in a description that scripts/build/texts.mjs wrote. */
export function lengthsOf(description: unknown): CorpusLengths {
  const refused =
    'the description of a corpus should have a title and documents with start and end';
  check(typeof description === 'object' && description !== null, refused);
  const { title, documents } = description as { title?: unknown; documents?: unknown };
  check(typeof title === 'string' && Array.isArray(documents) && documents.length > 0, refused);
  const lengths = documents.map((document: unknown) => {
    check(typeof document === 'object' && document !== null, refused);
    const { start, end } = document as { start?: unknown; end?: unknown };
    check(Number.isSafeInteger(start) && Number.isSafeInteger(end), refused);
    const length = (end as number) - (start as number);
    check(length > 0, refused);
    return length;
  });
  return { title, lengths };
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
