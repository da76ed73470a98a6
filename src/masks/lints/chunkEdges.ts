import type { Mask } from '../../attention/mask';
import { count, intersect, minus, run } from '../../attention/runs';
import { eachLayer, spanOf, windowOf } from '../measure';
import { positionOf } from '../../attention/mask';
import { defineLint, type Declared, type Found } from '../subject';

export default defineLint({
  id: 'L13',
  order: 13,
  label: 'Chunk edges',
  summary: 'The first tokens of a chunk see almost nothing, and no layer looks across.',
  thread: 'https://github.com/huggingface/transformers/issues/37351',
  check(subject): readonly Found[] {
    const { declared, masks } = subject;
    if (declared.chunk) {
      const cut = masks.map((mask) => edges(mask, declared, declared.chunk!));
      if (cut.some((one) => one.length === 0)) return [];
      const query = cut[0]![0]!;
      return [
        {
          cell: { query, key: positionOf(masks[0]!, query) - 1 },
          what: `Query ${query} begins a chunk of ${declared.chunk} and reads itself alone, not the token just before it, in every layer.`,
          consequence: `The first tokens of each chunk know next to nothing of the text, and nothing ever crosses a border of ${declared.chunk} tokens.`,
          fix: 'Make some layers global, as Llama 4 does, or use a sliding window, whose border moves along.',
        },
      ];
    }
    return eachLayer(subject, (mask, layer) => {
      const window = windowOf(declared, layer);
      const chunk = window === undefined ? undefined : chunkOf(mask, declared);
      if (chunk === undefined || chunk < 2) return undefined;
      // Two edges may be evenly spaced by chance: in chunks, every border is one.
      const [query] = edges(mask, declared, chunk);
      if (query === undefined) return undefined;
      return {
        cell: { query, key: positionOf(mask, query) - 1 },
        what: `Query ${query} reads itself alone where a window of ${window} was declared: the mask is cut in chunks of ${chunk}.`,
        consequence:
          'The first tokens of each chunk see almost nothing, and the last ones a whole chunk.',
        fix: `Slide the window with the query: query - key < ${window}, instead of comparing chunk numbers.`,
        explains: ['L5', 'L9', 'L10'],
      };
    });
  },
});

/** A query that reads nothing before itself, although the previous query does. */
function isEdge(mask: Mask, declared: Declared, q: number): boolean {
  const position = positionOf(mask, q);
  if (q === 0 || position === 0 || declared.documents?.includes(position)) return false;
  if (position === declared.start || spanOf(declared, position).length > 0) return false;
  const past = (query: number) =>
    count(intersect(mask.row(query), run(0, positionOf(mask, query) + 1)));
  return (
    // A query that reads on to the end of its chunk does not read itself alone.
    count(mask.row(q)) === 1 &&
    past(q - 1) > 1 &&
    minus(run(position, position + 1), mask.row(q)).length === 0
  );
}

/** Queries that begin a chunk and read only themselves; empty if some border is crossed. */
function edges(mask: Mask, declared: Declared, chunk: number): readonly number[] {
  const found: number[] = [];
  for (let q = 1; q < mask.queries; q++) {
    const position = positionOf(mask, q);
    if (position % chunk !== 0 || declared.documents?.includes(position)) continue;
    if (position >= (declared.length ?? mask.keys) || declared.kept?.includes(position)) continue;
    if (!isEdge(mask, declared, q)) return [];
    found.push(q);
  }
  return found;
}

/** The chunk size that the edges show: at least two of them, evenly spaced. */
function chunkOf(mask: Mask, declared: Declared): number | undefined {
  const found: number[] = [];
  for (let q = 1; q < mask.queries; q++)
    if (isEdge(mask, declared, q)) found.push(positionOf(mask, q));
  if (found.length < 2) return undefined;
  const chunk = found[1]! - found[0]!;
  return found[0]! % chunk === 0 && found.every((at, i) => at === found[0]! + i * chunk)
    ? chunk
    : undefined;
}
