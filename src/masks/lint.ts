/**
 * @file What may be wrong with a mask: each kind is one file in ./lints, with the thread where it really happened.
 *
 * A lint compares what was declared with what the rows say. One cause is reported once: a finding names the codes it
 * explains, and those are left out in its layers (a flipped mask also leaks the future; only the flip is reported).
 */
import { registryOf } from '../core/registry';
import type { Finding, Found, Lint, Subject } from './subject';

export type { Declared, Finding, Lint, Subject } from './subject';

export const lints = registryOf<Lint>(
  'lint',
  import.meta.glob<{ default: Lint }>('./lints/*.ts', { eager: true }),
);

/** What is wrong, each cause once, in the order of the lints; then notes. */
export function lint(subject: Subject): readonly Finding[] {
  const all = lints.all.flatMap(({ id, thread, check }) =>
    check(subject).map((found) => ({ code: id, thread, ...found })),
  );
  return all
    .filter((one) => !all.some((by) => explains(by, one)))
    .filter((one) => !one.unless || !all.some((by) => says(by, one, one.unless!)))
    .toSorted((a, b) => Number(a.note ?? false) - Number(b.note ?? false))
    .map(({ explains: _, layers: __, unless: ___, ...finding }) => finding);
}

type Coded = Found & { readonly code: string };

/** Does another lint say something of the same layer already, beside those it may stand with? */
const says = (by: Coded, one: Coded, beside: readonly string[]): boolean =>
  by !== one &&
  !by.note &&
  !beside.includes(by.code) &&
  (by.layer === undefined ||
    one.layer === undefined ||
    (by.layers ?? [by.layer]).includes(one.layer));

const explains = (by: Found, one: Coded): boolean =>
  (by.explains?.includes(one.code) ?? false) &&
  (by.layer === undefined ||
    one.layer === undefined ||
    (by.layers ?? [by.layer]).includes(one.layer));
