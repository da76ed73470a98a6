/**
 * @file Which configs can be opened, by kind, counted from the table and the rules; and what happens to one model type.
 */
import { CLASS_OF, CODE_ALONE, rules } from './configType';
import {
  entryOf,
  nestingOf,
  nestingTypes,
  pairOf,
  pairTypes,
  openedTypes,
  reasonAgainst,
  refusedTypes,
  TABLE_VERSION,
} from './configTable';

export { TABLE_VERSION };

export interface Counts {
  /** Model types of transformers that open: alone, or as the text model nested in another. */
  readonly opened: number;
  readonly nesting: number;
  readonly refused: number;
  /** Of these, the ones with an encoder and a decoder to choose from. */
  readonly pairs: number;
  /** Types whose code comes with their weights, which open by a rule of this site. */
  readonly remote: number;
}

const byRule = (type: string) =>
  rules.all.some(({ alone, modelTypes }) => alone && modelTypes.includes(type));

export function counts(): Counts {
  const alone = rules.all.flatMap(({ alone, modelTypes }) => (alone ? modelTypes : []));
  const known = new Set([...openedTypes(), ...nestingTypes(), ...refusedTypes()]);
  return {
    opened: openedTypes().length + refusedTypes().filter(byRule).length,
    nesting: nestingTypes().length,
    pairs: pairTypes().length,
    refused: refusedTypes().filter((type) => !byRule(type)).length,
    remote: [...alone, ...Object.keys(CLASS_OF)].filter((type) => !known.has(type)).length,
  };
}

/** Reasons, and how many model types are refused for each, most first. */
export function reasons(): readonly (readonly [reason: string, count: number])[] {
  const all = new Map<string, number>();
  for (const type of refusedTypes().filter((one) => !byRule(one))) {
    const reason = reasonAgainst(type)!;
    all.set(reason, (all.get(reason) ?? 0) + 1);
  }
  return [...all].sort(([, a], [, b]) => b - a);
}

/** One sentence about a model type. */
export function answerFor(typed: string): string {
  const type = typed.trim();
  const nested = nestingOf(type);
  if (byRule(type)) return `${type} opens; its sizes have to be in the file`;
  if (entryOf(type)?.p || pairOf(type))
    return `${type} opens: its decoder, or the part you choose; values missing from its file come from its class`;
  if (entryOf(type)) return `${type} opens; values missing from its file come from its class`;
  if (nested)
    return `${type} opens: its text model is in ${nested[0]}, of type ${nested[1]} if the file gives none`;
  const same = Object.hasOwn(CLASS_OF, type) ? CLASS_OF[type] : undefined;
  if (same !== undefined) return `${type} opens: its config is that of ${same}`;
  const reason =
    reasonAgainst(type) ?? (Object.hasOwn(CODE_ALONE, type) ? CODE_ALONE[type] : undefined);
  if (reason !== undefined) return `${type} is refused: ${reason}`;
  return `${type} is not known; it opens if its architecture or its name and its fields are those of a known type; the page then says that it may be read wrongly`;
}
