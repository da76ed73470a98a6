/**
 * @file Finds what may be wrong with a mask. Each kind of fault is one file in ./lints, with a public thread about a
 * real case.
 *
 * A lint compares what was declared with what the rows say. One cause is reported once: a finding names the codes it
 * explains, and those are left out in its layers (a flipped mask also leaks the future; only the flip is reported).
 */
import { registryOf } from '../core/registry';
import { remembered, type Mask } from '../attention/mask';
import { run, union } from '../attention/runs';
import { opened, openedRows, withRows } from './repaired';
import type { Finding, Found, Lint, Subject } from './subject';

export const lints = registryOf<Lint>(
  /* a message */ 'lint',
  import.meta.glob<{ default: Lint }>('./lints/*.ts', { eager: true }),
);

/** The findings, each cause once, in the order of the lints; then the notes. */
export function lint(subject: Subject): readonly Finding[] {
  const { real, whole } = withOpened(withRounded(subject));
  const all = lints.all.flatMap(({ id, thread, everyRow, check }) =>
    check(everyRow ? whole : real).map((found) => ({ code: id, thread, ...found })),
  );
  return all
    .filter((one) => !all.some((by) => explains(by, one)))
    .filter((one) => !one.alongside || !all.some((by) => says(by, one, one.alongside!)))
    .toSorted((a, b) => Number(a.note ?? false) - Number(b.note ?? false))
    .map(({ explains: _, layers: __, alongside: ___, ...finding }) => finding);
}

/** A weight of zero may come from rounding, so wherever the intended mask reads a key, the key counts as read. */
function withRounded(subject: Subject): Subject {
  const { masks, meant, rounded } = subject;
  if (!rounded || !meant) return subject;
  return {
    ...subject,
    masks: masks.map((mask, layer) => {
      const other = meant[layer];
      if (other?.queries !== mask.queries || other.keys !== mask.keys) return mask;
      return remembered({ ...mask, row: (q) => union(mask.row(q), other.row(q)) });
    }),
  };
}

/**
 * Some libraries let padding rows read something, because a row that reads nothing gives NaN. Returns two subjects. In
 * `real` these rows read only themselves, both in the mask and in the intended mask, so that no lint reports what else
 * they read. In `whole` the mask is unchanged, and the intended mask has the same rows opened.
 */
function withOpened(subject: Subject): { readonly real: Subject; readonly whole: Subject } {
  const { masks, meant, declared } = subject;
  if (!declared.start && declared.length === undefined) return { real: subject, whole: subject };
  const found = new Map(masks.map((mask) => [mask, openedRows(mask, declared)]));
  if (![...found.values()].some(Boolean)) return { real: subject, whole: subject };
  const known = new Map<Mask, Mask>(); // shared masks stay shared
  const own = (mask: Mask, by: Mask): Mask => {
    const queries = found.get(by)?.queries;
    if (!queries || mask.queries !== by.queries || mask.keys !== by.keys) return mask;
    const one =
      known.get(mask) ?? withRows(mask, queries, (position) => run(position, position + 1));
    known.set(mask, one);
    return one;
  };
  const open = (mask: Mask, by: Mask): Mask => {
    const rows = found.get(by);
    if (!rows || mask.queries !== by.queries || mask.keys !== by.keys) return mask;
    const { to, queries } = rows;
    return withRows(mask, queries, (position, row) =>
      row.length === 0 ? opened(to, position, mask.keys) : row,
    );
  };
  const against = (take: (mask: Mask, by: Mask) => Mask) =>
    meant && { meant: meant.map((one, layer) => (masks[layer] ? take(one, masks[layer]) : one)) };
  return {
    real: { ...subject, masks: masks.map((mask) => own(mask, mask)), ...against(own) },
    whole: { ...subject, ...against(open) },
  };
}

type Coded = Found & { readonly code: string };

/**
 * Whether `by` already reports on the layer of `one`. Not counted: notes, the lints listed in `alongside`, and findings
 * that `one` explains.
 */
const says = (by: Coded, one: Coded, alongside: readonly string[]): boolean =>
  by !== one &&
  !by.note &&
  !alongside.includes(by.code) &&
  !explains(one, by) &&
  (by.layer === undefined ||
    one.layer === undefined ||
    (by.layers ?? [by.layer]).includes(one.layer));

const explains = (by: Found, one: Coded): boolean =>
  (by.explains?.includes(one.code) ?? false) &&
  (by.layer === undefined ||
    one.layer === undefined ||
    (by.layers ?? [by.layer]).includes(one.layer));
