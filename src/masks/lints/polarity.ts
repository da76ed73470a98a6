import type { Mask } from '../../attention/mask';
import { intersect, minus, run } from '../../attention/runs';
import { agreement, eachLayer, endsAtItsNumber, realOf, windowOf } from '../measure';
import { libraryOf, meaningOf, type Reading } from '../reading';
import { defineLint, type Declared, type Found } from '../subject';

/** A mask counts as flipped if this share of its cells is the opposite of what was declared. */
const FLIPPED = 0.95;
const EXPLAINS = [
  'L1',
  'L2',
  'L3',
  'L4',
  'L5',
  'L7',
  'L9',
  'L10',
  'L11',
  'L12',
  'L13',
  'L14',
  'L15',
];

export default defineLint({
  id: 'L6',
  order: 6,
  label: 'Polarity',
  summary:
    'True was written for “blocked” where it is read as “may attend”, or the other way round.',
  thread: 'https://github.com/tensorflow/text/issues/894',
  check: (subject) => [
    ...eachLayer(
      subject,
      (mask, layer) =>
        whole(mask, subject.declared, windowOf(subject.declared, layer)) ??
        padding(mask, subject.declared),
    ),
    ...(subject.reading ? [contradiction(subject.reading) ?? taken(subject.reading)] : []),
  ],
});

/** The library that a file is meant for reads it differently than its cells suggest, or than the user specified. */
function contradiction(reading: Reading): Found | undefined {
  const { allowed, because, meant, one } = reading;
  if (!meant || allowed === 'additive') return undefined;
  const { label, reads, thread } = libraryOf(meant);
  if (reads === allowed) return undefined;
  if (reads === 'additive')
    return {
      what: `The file is meant for ${label}, and its numbers are those of a boolean mask, in which ${one} means "${meaningOf(allowed)}".`,
      consequence: 'Added to a score, 0 and 1 block nothing: every query reads every key.',
      fix: 'Add 0 where a key may be read and -inf where it is blocked.',
      thread,
    };
  return {
    what: `In this file ${one} means "${meaningOf(allowed)}" (${because}), and ${label}, which it is meant for, reads ${one} as "${meaningOf(reads)}".`,
    consequence:
      'There every query reads exactly what it should not; the mask shown here is the one the file means.',
    fix: 'Negate the mask before it is passed on (~mask in NumPy and PyTorch).',
    thread,
  };
}

/** How the numbers were interpreted, if nothing contradicts it. */
function taken({ allowed, because, constant, one, sure }: Reading): Found {
  if (allowed === 'additive')
    return {
      note: true,
      what: `The numbers of this file were read as added to scores: ${because}.`,
      consequence:
        'Cells that lower a score out of reach are shown as blocked, all others as read.',
      fix: 'If they are something else, open the mask as booleans.',
    };
  const turned =
    allowed === 'zero'
      ? 'The file was inverted: its 0 is shown as a cell that may be read.'
      : 'It is shown as in the file.';
  return {
    note: true,
    what: `${one[0]!.toUpperCase()}${one.slice(1)} means "${meaningOf(allowed)}" in this file${sure ? '' : constant ? ', which its cells cannot tell' : ', as a guess'}: ${because}.`,
    consequence: turned,
    fix: 'If that is wrong, choose the other reading below, and say what the file is meant for.',
  };
}

function whole(mask: Mask, declared: Declared, window: number | undefined): Found | undefined {
  const { causal, documents, length, start, chunk } = declared;
  if (!causal && !documents?.length && !chunk && window === undefined && !length && !start)
    return undefined;
  // A few rows at the top left of many keys are nearly the opposite too, but that is a matter of alignment.
  if (endsAtItsNumber(mask)) return undefined;
  // A transposed mask is nearly the opposite too, but its queries read themselves.
  const { flipped, selves } = agreement(mask, declared, window);
  if (flipped < FLIPPED || selves > 0.5) return undefined;
  const query = Array.from({ length: mask.queries }, (_, q) => q).find(
    (q) => mask.row(q).length > 0,
  );
  if (query === undefined) return undefined;
  return {
    cell: { query, key: mask.row(query)[0]! },
    what: `The mask is the opposite of what was declared in ${Math.round(100 * flipped)} % of its cells: query ${query} reads key ${mask.row(query)[0]!} and not itself.`,
    consequence:
      'Every query reads exactly what it should not: in a causal model the future, so that training looks perfect and generation fails.',
    fix: 'Negate the mask: find out whether the library reads True as “may attend” or as “blocked”.',
    explains: EXPLAINS,
  };
}

/** Only the padding is inverted: it is read instead of the text. */
function padding(mask: Mask, declared: Declared): Found | undefined {
  if (declared.length === undefined && declared.start === undefined) return undefined;
  const real = realOf(declared, mask.keys);
  const other = minus(run(0, mask.keys), real);
  let query: number | undefined;
  for (let q = 0; q < mask.queries; q++) {
    const row = mask.row(q);
    if (intersect(row, real).length > 0) return undefined;
    if (intersect(row, other).length > 0) query ??= q;
  }
  if (query === undefined) return undefined;
  const key = intersect(mask.row(query), other)[0]!;
  return {
    cell: { query, key },
    what: `Only padding is read: query ${query} reads key ${key}, and no query reads a real token.`,
    consequence: 'All outputs are made of padding, and the text is never looked at.',
    fix: 'Negate the padding mask: find out whether the library reads True as “real” or as “padding”.',
    explains: EXPLAINS,
  };
}
