import { check } from './check';

/** A number a person may set. Sliders, URLs, lessons and checks all read this one description. */
export interface ParamSpec {
  readonly label: string;
  readonly unit?: string;
  readonly min: number;
  readonly max: number;
  readonly initial: number;
  /** Steps of the slider; 1 where nothing is said. 'log2' doubles. */
  readonly step?: number | 'log2' | 'log10';
  /** With 'log2': values are multiples of it, and the slider goes in quarters of a doubling. */
  readonly multiple?: number;
  /** What a value means, in a few words under the slider: window 4 → 'itself + 3 before'. */
  readonly explain?: (value: number) => string;
}

export type ParamSpecs = Readonly<Record<string, ParamSpec>>;
export type Params = Readonly<Record<string, number>>;

const isFractional = ({ step }: ParamSpec): boolean =>
  typeof step === 'string' ? step === 'log10' : !Number.isInteger(step ?? 1);

/** Is it inside the description? It need not be where a slider can stand. */
export const allows = (spec: ParamSpec, value: number): boolean =>
  Number.isFinite(value) &&
  value >= spec.min &&
  value <= spec.max &&
  (isFractional(spec) || Number.isInteger(value));

/** Refuses a value outside its description, naming whose it is. */
export function checkParam(name: string, spec: ParamSpec, value: number): void {
  const fractional = isFractional(spec);
  check(
    allows(spec, value),
    `${name} is ${value}; it should be ${fractional ? 'a' : 'a whole'} number from ${spec.min} to ${spec.max}${spec.unit ? ` ${spec.unit}` : ''}`,
  );
}

/** The nearest value the description allows. Not a number at all: the initial one. */
export function clampParam(spec: ParamSpec, value: number): number {
  if (!Number.isFinite(value)) return spec.initial;
  const clamped = Math.min(spec.max, Math.max(spec.min, value));
  const step = spec.step ?? 1;
  if (step === 'log10') return clamped;
  if (step === 'log2') {
    const multiple = spec.multiple ?? 1;
    return Math.round(clamped / multiple) * multiple;
  }
  const snapped = spec.min + Math.round((clamped - spec.min) / step) * step;
  return Math.min(spec.max, Number(snapped.toPrecision(12)));
}
