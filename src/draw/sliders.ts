/**
 * @file A number's slider: converts between its positions and the number's values. Logarithmic if the description says
 * so.
 */
import { clampParam, type ParamSpec } from '../core/params';

/** Positions of a logarithmic slider. */
const NOTCHES = 200;

export interface Slider {
  readonly min: number;
  readonly max: number;
  readonly step: number;
  toPosition(value: number): number;
  toValue(position: number): number;
}

export function sliderOf(param: ParamSpec): Slider {
  const { min, max, step = 1 } = param;
  if (step === 'log2') {
    return {
      min: Math.log2(min),
      max: Math.log2(max),
      step: param.multiple ? 0.25 : 1,
      toPosition: Math.log2,
      toValue: (position) => clampParam(param, 2 ** position),
    };
  }
  if (step === 'log10') {
    return {
      min: Math.log10(min),
      max: Math.log10(max),
      step: (Math.log10(max) - Math.log10(min)) / NOTCHES,
      toPosition: Math.log10,
      toValue: (position) => clampParam(param, Number((10 ** position).toPrecision(2))),
    };
  }
  return {
    min,
    max,
    step,
    toPosition: (value) => value,
    toValue: (position) => clampParam(param, position),
  };
}
