/** @file The colours of plans: distinguishable in every kind of colour vision, legible as text, in every theme. */
import { readFileSync } from 'node:fs';
import { rgb } from 'd3';
import { expect, test } from 'vitest';

// Read from the disk, because Vitest empties style sheets.
const tokens = readFileSync('src/app/tokens.css', 'utf8').replaceAll(/\/\*[\s\S]*?\*\//g, '');
const blocks = [...tokens.matchAll(/:root\S* \{([^}]*)\}/g)].map(([, body]) =>
  Object.fromEntries([...body!.matchAll(/(--[\w-]+): ([^;]+);/g)].map((one) => [one[1], one[2]!])),
);
const [first, ...others] = blocks;
const themes = [first!, ...others.filter((theme) => theme['--ink'])].map(
  (theme, i) => [['light', 'dark', 'projector'][i]!, { ...first, ...theme }] as const,
);

type Three = readonly [number, number, number];
type Matrix = readonly [Three, Three, Three];

/** Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB. */
const VISIONS: readonly (readonly [string, Matrix])[] = [
  ['usual', [[1, 0, 0], [0, 1, 0], [0, 0, 1]]],
  ['protanopia', [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]],
  ['deuteranopia', [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]]],
  ['tritanopia', [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]]],
]; // prettier-ignore

const times = (matrix: Matrix, [a, b, c]: Three) =>
  matrix.map((row) => row[0] * a + row[1] * b + row[2] * c) as unknown as Three;
const linear = (colour: string): Three => {
  const { r, g, b } = rgb(colour);
  const one = (byte: number) =>
    byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4;
  return [one(r), one(g), one(b)];
};
/** Ottosson's OKLab, in which equal distances look about equal. */
const oklab = (colour: Three): Three => {
  const cones = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    colour,
  ).map((n) => Math.cbrt(Math.max(0, n)));
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    cones as unknown as Three,
  );
};
const luminance = (colour: string) => {
  const [r, g, b] = linear(colour);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((one, other) => one - other);
  return (high! + 0.05) / (low! + 0.05);
}

const PLANS = ['global', 'grouped', 'local', 'approximate'];
const colourOf = (theme: Record<string, string>, plan: string) => {
  const value = theme[`--plan-${plan}`]!;
  return value === 'var(--ink)' ? theme['--ink']! : value;
};

test('there are three themes', () => expect(themes).toHaveLength(3));

test.each(themes)('names in the colour of their plan are legible on a panel: %s', (_, theme) => {
  for (const plan of PLANS)
    expect(contrast(colourOf(theme, plan), theme['--panel']!), plan).toBeGreaterThan(4.5);
});

test.each(
  themes.flatMap(([name, theme]) => VISIONS.map((vision) => [name, ...vision, theme] as const)),
)('no two plans look alike: %s, %s', (_, vision, matrix, theme) => {
  const seen = PLANS.map((plan) => oklab(times(matrix, linear(colourOf(theme, plan)))));
  for (const [i, a] of seen.entries())
    for (const [j, b] of seen.slice(0, i).entries()) {
      const apart = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
      expect(apart, `${vision}: ${PLANS[i]} and ${PLANS[j]}`).toBeGreaterThan(0.09);
    }
});
