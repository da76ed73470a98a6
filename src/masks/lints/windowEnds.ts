import type { Mask } from '../../attention/mask';
import { has, intersect, minus } from '../../attention/runs';
import { documentOf, eachLayer, farEndOf, floorOf, keptOf, lateRows, windowOf } from '../measure';
import { positionOf } from '../../attention/mask';
import { defineLint, type Declared, type Found } from '../subject';

const keys = (n: number) => `${n} ${n === 1 ? 'key' : 'keys'}`;

export default defineLint({
  id: 'L5',
  order: 5,
  label: 'Ends of the window',
  summary:
    'A window that ends a key too early or too late, at its far end or at the query, or that keeps what it should drop.',
  thread: 'https://github.com/huggingface/transformers/issues/39408',
  check: (subject) =>
    eachLayer(subject, (mask, layer) => {
      const { declared } = subject;
      const window = windowOf(declared, layer);
      if (window === undefined) return rightEnd(mask, declared);
      return (
        wrongSign(mask, declared, window) ??
        nearEnd(mask, window) ??
        // A decoding step compared with its whole text is reported as that.
        (subject.step ? undefined : oneRow(mask, declared, window)) ??
        farEnd(mask, declared, window) ??
        rightEnd(mask, declared)
      );
    }),
});

/** Late queries read what lies before the window, and nothing in the window. */
function wrongSign(mask: Mask, declared: Declared, window: number): Found | undefined {
  const late = [...lateRows(mask, declared, window)];
  if (late.length === 0 || late.some(({ row, inside }) => intersect(row, inside).length > 0))
    return undefined;
  const live = late.find(({ row, beyond }) => intersect(row, beyond).length > 0);
  if (!live) return undefined;
  return {
    cell: { query: live.query, key: intersect(live.row, live.beyond)[0]! },
    what: `Query ${live.query} reads keys before its window of ${window} and none inside it.`,
    consequence:
      'Nearby tokens are blocked, far ones are read, and the first queries are left without any key.',
    fix: `Flip the sign of the offset: the window keeps query - key < ${window} and blocks the rest.`,
    thread: 'https://github.com/huggingface/transformers/issues/41228',
    explains: ['L1', 'L2', 'L9', 'L11', 'L13'],
  };
}

/** Queries read the key before themselves, but not themselves. */
function nearEnd(mask: Mask, window: number): Found | undefined {
  let [selves, short] = [0, 0];
  let first: number | undefined;
  for (let q = 0; q < mask.queries; q++) {
    const position = positionOf(mask, q);
    const row = mask.row(q);
    if (has(row, position)) selves++;
    else if (has(row, position - 1)) {
      short++;
      first ??= q;
    }
  }
  if (first === undefined || selves >= short) return undefined;
  const position = positionOf(mask, first);
  const one = mask.queries === 1;
  return {
    cell: { query: first, key: position },
    what: one
      ? `The query does not read itself: its window ends at key ${position - 1}.`
      : `The window ends at key ${position - 1} for query ${first}: the query itself is left out.`,
    consequence: one
      ? 'The newest token has no part in what attention gives for it, and every step reaches one key less.'
      : 'No token reads itself, the first one reads nothing, and the reach of every layer is moved by one key.',
    fix: `Count the window of ${window} with the query in it: 0 <= query - key < ${window}.`,
    explains: ['L1', 'L2', 'L9', 'L11', 'L13'],
  };
}

/** A window in both directions: how far most rows read ahead, compared with how far they should. */
function rightEnd(mask: Mask, declared: Declared): Found | undefined {
  const { right } = declared;
  if (right === undefined) return undefined;
  const seen = new Map<number, { rows: number; query: number }>();
  let all = 0;
  let endless: { readonly rows: number; readonly query: number } | undefined;
  for (let query = 0; query < mask.queries; query++) {
    const position = positionOf(mask, query);
    const row = mask.row(query);
    const end = row.at(-1) ?? 0;
    // At the end of the text, or of a document, the window is cut for another reason.
    const border = documentOf(declared, position, mask.keys).at(-1)!;
    const last = Math.min(border, mask.keys);
    if (end === last && position + right + 1 < last && has(row, position))
      endless = { rows: (endless?.rows ?? 0) + 1, query: endless?.query ?? query };
    if (position + Math.max(right, end - 1 - position) + 1 >= last) continue;
    if (!has(row, position)) continue;
    all++;
    const ahead = end - 1 - position;
    const known = seen.get(ahead) ?? { rows: 0, query };
    known.rows++;
    seen.set(ahead, known);
  }
  // None of the rows that the right side could cut off is cut off.
  if (endless && all === 0 && endless.rows > 1) return notCut(mask, endless.query, right);
  const [most] = [...seen].sort(([, a], [, b]) => b.rows - a.rows);
  if (!most || most[0] === right || 2 * most[1].rows <= all) return undefined;
  const [ahead, { query }] = most;
  const position = positionOf(mask, query);
  const more = ahead > right;
  return {
    cell: { query, key: more ? position + ahead : position + ahead + 1 },
    what: `Query ${query} reads ${keys(ahead)} after itself, where its right side was declared as ${right}.`,
    consequence: more
      ? 'Each layer looks further ahead than declared: what is streamed has to wait for tokens it should not need.'
      : 'Each layer looks less far ahead than declared, and than its weights were trained for.',
    fix: `Compare with key - query <= ${right}; FlashAttention's window_size is (left, ${right}).`,
    thread: 'https://github.com/huggingface/transformers/pull/47010',
  };
}

/** The right side was ignored. */
function notCut(mask: Mask, query: number, right: number): Found {
  const position = positionOf(mask, query);
  return {
    cell: { query, key: position + right + 1 },
    what: `Query ${query} reads all that comes after itself, where its right side was declared as ${right}.`,
    consequence:
      'The layer is global to the right: it costs as much, and what is streamed has to wait for the whole text.',
    fix: `Give the right side to the attention call too: key - query <= ${right}.`,
    thread: 'https://github.com/flashinfer-ai/flashinfer/issues/4893',
  };
}

/** A step of decoding has no next query to lose a key: its one row must be as long as its window. */
function oneRow(mask: Mask, declared: Declared, window: number): Found | undefined {
  const [late] = mask.queries === 1 ? [...lateRows(mask, declared, window)] : [];
  if (!late) return undefined;
  const { position, row } = late;
  const [from, to, ...more] = minus(row, keptOf(declared));
  if (from === undefined || to !== position + 1 || more.length > 0) return undefined;
  const seen = to - from;
  // A row that reads everything before it has no window at all.
  if (seen === window || from <= floorOf(declared, position, mask.keys)) return undefined;
  return seen > window
    ? {
        cell: { query: 0, key: from },
        what: `The query reads ${keys(seen)}, from ${from} to itself, where a window of ${window} has no more than ${window}.`,
        ...sayMore(seen, window),
      }
    : {
        cell: { query: 0, key: position - window + 1 },
        what: `The query reads ${keys(seen)}, from ${from} to itself, where a window of ${window} begins at key ${position - window + 1}.`,
        ...sayFewer(seen, window),
      };
}

const sayMore = (seen: number, window: number) => ({
  consequence: `Each local layer reaches ${keys(seen - window)} further than declared, and a cache of ${window} slots no longer holds all that is read.`,
  fix: `Compare with query - key < ${window}, or pass ${window - 1} where a library counts the keys before the query.`,
  explains: ['L11'],
});

const sayFewer = (seen: number, window: number) => ({
  consequence: `Each local layer reaches ${keys(window - seen)} less than declared, and a stack of l layers l times as many less.`,
  fix: `Compare with query - key < ${window}, or pass ${window} where a library counts the query too.`,
  explains: [],
});

function farEnd(mask: Mask, declared: Declared, window: number): Found | undefined {
  const seen = farEndOf(mask, declared, window);
  if (!seen || seen.window === window) return undefined;
  const more = seen.window > window;
  // The cell to report. If the window is too long: the last key it should no longer read. If it is too short: the same
  // key, which the next query lost too early.
  const query = more ? seen.query : seen.query + 1;
  const { key } = seen;
  return {
    cell: { query, key },
    what: more
      ? `Query ${query} reads ${keys(seen.window)}, from ${key} to itself, where a window of ${window} has no more than ${window}.`
      : `Query ${query} no longer reads key ${key}, ${seen.window} back, where a window of ${window} keeps it: it has ${keys(seen.window)}.`,
    ...(more ? sayMore : sayFewer)(seen.window, window),
  };
}
