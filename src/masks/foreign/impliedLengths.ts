/** @file The mask that the lengths of documents imply (cu_seqlens), of queries and keys together or separately. */
import { check } from '../../core/check';
import { rowsOf } from '../../attention/expression';
import { writeRows } from '../../attention/writeRows';
import { MAX_TOKENS, type Mask } from '../../attention/mask';
import { run } from '../../attention/runs';
import { rowsIn } from './forms';
import type { Tensor } from './matrix';
import {
  type Implied,
  type Read,
  asTerms,
  checkTokens,
  reads,
  tokens,
  sayDocuments,
} from './impliedTerms';

/** Lengths of consecutive documents as start positions; a list named cumulative already holds those. */
export function summed(list: readonly number[], name = ''): readonly number[] {
  if (!/(^|: )(seq|context|kv)_?lens?$/i.test(name)) return list;
  let sum = 0;
  return [0, ...list.map((length) => (sum += length))];
}

function checkLengths(list: readonly number[], name: string): void {
  check(
    list.length >= 2 &&
      list[0] === 0 &&
      list.every((one, i) => Number.isInteger(one) && (i === 0 || one >= list[i - 1]!)),
    `${name} is ${list.slice(0, 6).join(', ')}${list.length > 6 ? ', …' : ''}; it should rise from 0, and end with the number of tokens`,
  );
}

export function ofLengths(
  list: readonly number[],
  read: Read,
  others: readonly Tensor[],
  name = 'cu_seqlens',
): Implied {
  checkLengths(list, name);
  const partner = others.find(
    (one) => /cu_?seq_?lens/i.test(one.name ?? '') && /_(k|kv)$/i.test(one.name ?? ''),
  );
  if (/_q$/i.test(name) && partner) {
    const keys = rowsIn(partner).flat();
    checkLengths(keys, partner.name!);
    if (keys.join() !== list.join()) return ofTwoLengths(list, keys, read);
  }
  const T = list.at(-1)!;
  checkTokens(T);
  const begins = list.slice(1, -1).filter((at, i) => at > list[i]! && at < T);
  const empty = list.slice(1).filter((at, i) => at === list[i]).length;
  return {
    T,
    expression: asTerms(T, begins, { left: 0, right: 0 }, read),
    says: `${tokens(T)} in ${sayDocuments(begins)}${empty > 0 ? `; ${empty} more ${empty === 1 ? 'is' : 'are'} empty, which some kernels do not take` : ''}. ${reads(read)}.`,
  };
}

/** Queries of each text that read its keys, the last query at the last key. */
function ofTwoLengths(q: readonly number[], k: readonly number[], read: Read): Implied {
  check(
    q.length === k.length,
    `there are ${q.length - 1} texts of queries and ${k.length - 1} of keys; each text should have both`,
  );
  const [queries, T] = [q.at(-1)!, k.at(-1)!];
  checkTokens(T);
  check(
    queries >= 1 && queries <= MAX_TOKENS,
    `there are ${queries} queries; 1 to ${MAX_TOKENS} can be shown`,
  );
  const mask: Mask = {
    queries,
    keys: T,
    row(at) {
      const text = q.findLastIndex((from) => from <= at);
      const [from, to] = [k[text]!, k[text + 1]!];
      const after = q[text + 1]! - 1 - at; // later queries of its text
      return run(from, read.causal ? Math.max(from, to - after) : to);
    },
  };
  return {
    T,
    ...(queries !== T && { queries }),
    expression: rowsOf(writeRows(mask)),
    says: `${q.length - 1} texts, of ${queries} queries and ${T} keys together; the last query of each is at its last key. ${reads(read)}.`,
  };
}
