import { check } from './check';

/** A number the user can set. Sliders, URLs, lessons and checks all read this one description. */
export interface ParamSpec {
  readonly label: string;
  readonly unit?: string;
  readonly min: number;
  readonly max: number;
  readonly initial: number;
  /** Step of the slider; 1 by default. 'log2' doubles. */
  readonly step?: number | 'log2' | 'log10';
  /** With 'log2': values are multiples of this, and the slider moves in quarters of a doubling. */
  readonly multiple?: number;
  /** What a value means, in a few words under the slider: window 4 → 'itself + 3 before'. */
  readonly explain?: (value: number) => string;
}

export type ParamSpecs = Readonly<Record<string, ParamSpec>>;
export type Params = Readonly<Record<string, number>>;

const isFractional = ({ step }: ParamSpec): boolean =>
  typeof step === 'string' ? step === 'log10' : !Number.isInteger(step ?? 1);

/** Whether the description allows a value; a slider need not be able to stop there. */
export const allows = (spec: ParamSpec, value: number): boolean =>
  Number.isFinite(value) &&
  value >= spec.min &&
  value <= spec.max &&
  (isFractional(spec) || Number.isInteger(value));

/** Refuses a value outside its description, naming what it belongs to. */
export function checkParam(name: string, spec: ParamSpec, value: number): void {
  const fractional = isFractional(spec);
  check(
    allows(spec, value),
    `${name} is ${value}; it should be ${fractional ? 'a' : 'a whole'} number from ${spec.min} to ${spec.max}${spec.unit ? ` ${spec.unit}` : ''}`,
  );
}

/** The nearest value the description allows. If it is not finite: the initial one. */
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
