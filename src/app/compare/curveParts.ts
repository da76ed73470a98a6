/** @file Which part of a validation the curves show: all of it, a slice of the text, or the rest. */
import { withinSentence } from '../../core/sentence';
import type { ValidationRecord } from '../../compare/history';
import { apart, type Score } from '../../data/rest';
import type { Slice } from '../../data/slice';
import { headlineOf, isFar, slicesOf } from '../../data/slices';
import type { Source } from '../../data/source';

export interface CurvePart {
  readonly id: string;
  readonly label: string;
  readonly column: string; // in the table
  /** Without it, training losses are drawn. */
  readonly held?: (validation: ValidationRecord) => Score | undefined;
  readonly slice?: Slice;
}

const some = (score: Score | undefined) => (score?.tokens ? score : undefined);

/** A slice is offered if a run was scored on it, or if no run has been validated yet. */
export function curveParts(
  source: Source,
  validations: readonly ValidationRecord[],
): readonly CurvePart[] {
  const headline = headlineOf(source);
  const parts = slicesOf(source).flatMap((slice): CurvePart[] => {
    if (validations.length > 0 && !validations.some((one) => some(apart(one, slice.id)?.slice)))
      return [];
    const label = withinSentence(slice.label);
    const own = {
      id: slice.id,
      label: `Validation: ${label}`,
      column: label,
      held: (one: ValidationRecord) => some(apart(one, slice.id)?.slice),
      slice,
    };
    const rest = {
      id: `not ${slice.id}`,
      label: 'Validation: the rest',
      column: 'the rest',
      held: (one: ValidationRecord) => some(apart(one, slice.id)?.rest),
      slice,
    };
    return slice === headline ? [own, rest] : [own];
  });
  return [
    { id: 'training', label: 'Training, smoothed', column: 'validation' },
    { id: 'validation', label: 'Validation', column: 'validation', held: (one) => one },
    ...parts,
  ];
}

/** If the distance of the helpful text is known and local layers do not reach it, that slice is the default. */
export function usualPart(source: Source, reaches: () => readonly number[]): string {
  const slice = headlineOf(source);
  if (!slice?.back || source.kind !== 'corpus') return 'training';
  return reaches().some((reach) => isFar(slice, source, reach)) ? slice.id : 'training';
}
