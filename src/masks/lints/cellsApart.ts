import { positionOf, type Mask } from '../../attention/mask';
import { clip, count, differ, has, minus, run, type Runs } from '../../attention/runs';
import { eachLayer, realOf, spanOf } from '../measure';
import { defineLint, type Subject } from '../subject';

export default defineLint({
  id: 'L16',
  order: 16,
  label: 'Single cells',
  summary:
    'Cells that differ from the intended mask although nothing else is wrong: a token of another sequence, a slice that is off by one.',
  thread: 'https://github.com/octo-models/octo/issues/75',
  everyRow: true,
  check: (subject) =>
    eachLayer(subject, (mask, layer) => {
      const meant = subject.meant?.[layer];
      if (!meant || meant.queries !== mask.queries || meant.keys !== mask.keys) return undefined;
      // Other differences than a leak of the future, which has its own lint.
      const { cells, first } = apart(mask, meant, subject);
      if (!first) return undefined;
      const { query, key } = first;
      const reads = has(mask.row(query), key);
      const { step, meantIs = 'the mask it should be' } = subject;
      const more =
        cells === 1
          ? ''
          : `; ${cells === 2 ? '1 more cell differs' : `${cells - 1} more cells differ`} too`;
      return {
        cell: first,
        what: `Query ${query} ${reads ? 'reads' : 'does not read'} key ${key}, and ${meantIs} ${reads ? 'blocks it' : 'lets it through'}${more}.`,
        consequence: step
          ? 'What is written token by token differs from what the whole text gives, from this token on.'
          : cells === 1
            ? 'One cell is enough to move every output after it, and too little to be seen in a loss.'
            : 'Every output from this query on may change, often too little to be seen in a loss.',
        fix: step
          ? `Take the row of the whole mask at position ${positionOf(mask, query)}.`
          : 'Go to the cell, see which term should have decided it, and save the repaired mask.',
        ...(step && {
          thread: 'https://github.com/huggingface/transformers/issues/37574',
        }),
        // A row that reads nothing in either mask does not explain a cell that differs elsewhere.
        alongside: ['L3', ...(mask.row(query).length > 0 ? ['L1', 'L8'] : [])],
      };
    }),
});

/** The later keys that a query reads but should not. */
const leak = (mask: Mask, meant: Mask, query: number, span: Runs): Runs =>
  minus(
    minus(clip(mask.row(query), positionOf(mask, query) + 1, mask.keys), meant.row(query)),
    span,
  );

function apart(mask: Mask, meant: Mask, { declared, ran, intended }: Subject) {
  let cells = 0;
  let first: { query: number; key: number } | undefined;
  // What padding reads reaches nothing. The pattern that a file is near to has its rows of padding from the file.
  const text = ran || intended ? realOf(declared, mask.keys) : run(0, mask.keys);
  for (let query = 0; query < mask.queries; query++) {
    const position = positionOf(mask, query);
    if (!has(text, position)) continue;
    let runs: Runs = differ(mask.row(query), meant.row(query));
    if (runs.length === 0) continue;
    if (declared.causal) runs = minus(runs, leak(mask, meant, query, spanOf(declared, position)));
    if (runs.length === 0) continue;
    first ??= { query, key: runs[0]! };
    cells += count(runs);
  }
  return { cells, first };
}
