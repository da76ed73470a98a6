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
    .toSorted((a, b) => Number(a.note ?? false) - Number(b.note ?? false))
    .map(({ explains: _, layers: __, ...finding }) => finding);
}

const explains = (by: Found, one: Found & { readonly code: string }): boolean =>
  (by.explains?.includes(one.code) ?? false) &&
  (by.layer === undefined ||
    one.layer === undefined ||
    (by.layers ?? [by.layer]).includes(one.layer));
