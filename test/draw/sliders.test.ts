import { describe, expect, test } from 'vitest';
import { sliderOf } from '../../src/draw/sliders';
import { CONTROLS } from '../../src/spec/controls';

describe.each(
  CONTROLS.flatMap((control) =>
    control.kind === 'number' ? [[control.name, control.param] as const] : [],
  ),
)('the slider of %s', (_, param) => {
  const slider = sliderOf(param);
  test('goes from the smallest value to the largest', () => {
    expect(slider.toValue(slider.min)).toBeCloseTo(param.min, 6);
    expect(slider.toValue(slider.max)).toBeCloseTo(param.max, 6);
  });
  test('is at the position of its value', () => {
    expect(slider.toValue(slider.toPosition(param.initial))).toBeCloseTo(param.initial, 6);
  });
});
