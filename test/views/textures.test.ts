/**
 * @file Every texture has a name: stripes are black and white in every theme, and a texture means one thing everywhere.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { rgb } from 'd3';
import { describe, expect, test } from 'vitest';
import { patterns } from '../../src/attention/registry';
import { plans } from '../../src/attention/plans';
import { TEXTURES } from '../../src/draw/textures';
import { signOf } from '../../src/views/Texture/signOf';
import { stageViewOf } from '../../src/lessons/stageViews';
import { lessons } from '../lessons/all';

/** Files below a folder, by their path from the root. Read from the disk, because Vitest empties style sheets. */
const textsIn = (folder: string, wanted: RegExp) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => wanted.test(path))
    .map((path) => [`${folder}/${path}`, readFileSync(`${folder}/${path}`, 'utf8')] as const);
const sources = textsIn('src', /\.(svelte|ts|css)$/);
const writings = [
  ...textsIn('lessons', /\.md$/),
  ...textsIn('docs', /\.md$/),
  ['README.md', readFileSync('README.md', 'utf8')] as const,
];
const [signs, tokens] = ['signs', 'tokens'].map((name) =>
  readFileSync(`src/app/${name}.css`, 'utf8'),
) as [string, string];

const withoutComments = (text: string) =>
  text.replaceAll(/<!--[\s\S]*?-->|\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|[^:'"])\/\/ .*$/gm, '$1');

/** The tokens of each theme: those of the first block, overridden by the theme's own. */
const blocks = new Map(
  [...withoutComments(tokens).matchAll(/(:root\S*) \{([^}]*)\}/g)].map((found, i) => [
    `${i} ${found[1]}`,
    Object.fromEntries([...found[2]!.matchAll(/(--[\w-]+): ([^;]+);/g)].map((one) => [one[1], one[2]!.trim()])), // prettier-ignore
  ]),
);
const [first, ...others] = [...blocks.values()];
const themes = [first!, ...others.filter((theme) => theme['--ink'])].map(
  (theme): Record<string, string> => ({ ...first, ...theme }),
);

/** WCAG 2.2: (L1 + 0.05) / (L2 + 0.05). */
function contrast(a: string, b: string): number {
  const light = (colour: string) => {
    const { r, g, b } = rgb(colour);
    const [x, y, z] = [r, g, b].map((byte) => {
      const share = byte / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x! + 0.7152 * y! + 0.0722 * z!;
  };
  const [low, high] = [light(a), light(b)].sort((one, other) => one - other);
  return (high! + 0.05) / (low! + 0.05);
}

describe('a stripe', () => {
  test('is black or white in every theme: its colours are defined once', () => {
    expect(themes).toHaveLength(3);
    for (const name of ['--stripe-black', '--stripe-white']) {
      expect(first![name], name).toMatch(/^#/);
      expect(tokens.split(`${name}:`), name).toHaveLength(2);
    }
    expect(contrast(first!['--stripe-black']!, '#000')).toBeLessThan(1.2);
    expect(contrast(first!['--stripe-white']!, '#fff')).toBeLessThan(1.2);
  });

  test.each(themes.map((theme, i) => [['light', 'dark', 'projector'][i], theme] as const))(
    'has an outline that is visible on the page, and legible letters: %s',
    (_, theme) => {
      for (const ground of ['--paper', '--panel', '--wash'])
        expect(contrast(theme['--ink']!, theme[ground]!), ground).toBeGreaterThan(3);
      expect(contrast(theme['--stripe-black']!, theme['--stripe-white']!)).toBeGreaterThan(4.5);
    },
  );

  test('is drawn by signs.css alone: no colour of the theme fills it, and each pattern and plan has a look', () => {
    expect([...signs.matchAll(/var\((--[\w-]+)\)/g)].map(([, name]) => name)).not.toContain(
      '--panel',
    );
    for (const rule of withoutComments(signs).matchAll(/(?:background|^ {2}color):([^;]+);/gm))
      expect(rule[1]).not.toMatch(/var\(--(?!stripe-)/);
    // White, which needs no rule of its own, is local attention.
    for (const { id } of [...patterns.all, ...plans.all])
      if (id !== 'local') expect(signs).toContain(`[data-sign='${id}']`);
    const own = sources.filter(
      ([path, text]) =>
        path.endsWith('.svelte') && /\.(global|local|approximate)\b[^{]*\{[^}]*background/.test(text), // prettier-ignore
    );
    expect(own.map(([path]) => path)).toEqual([]);
  });
});

test('no two patterns look alike, and a custom mask looks like none of them', () => {
  const rules = [...withoutComments(signs).matchAll(/\[data-sign(?:='([\w-]+)')?\] \{([^}]*)\}/g)];
  const lookOf = (sign: string) =>
    /background:\s*([^;]+);/.exec(
      rules.find(([, name]) => name === sign)?.[2] ?? rules.find(([, name]) => !name)![2]!,
    )![1]!;
  const all = [...patterns.all, ...plans.all].map(({ id }) => id);
  const looks = [...new Set(all), 'mask'].map(lookOf);
  expect(new Set(looks).size).toBe(looks.length);
  for (const id of all) expect(signOf(id)).toBe(id);
  expect(signOf('causal & chunk(8)')).toBe('mask');
});

/** The files that draw a texture, and which one. */
const DRAWN: Readonly<Record<string, readonly (keyof typeof TEXTURES)[]>> = {
  'src/app/charts/MaskPanels.svelte': ['hatched'],
  'src/app/lessons/pictures/CellStrip.svelte': ['hatched'],
  'src/app/lessons/pictures/SummaryBars.svelte': ['hatched'],
  'src/app/lessons/pictures/SummaryLegend.svelte': ['hatched'],
  'src/app/masks/BlockMap.svelte': ['checkered'],
  'src/app/masks/ConfigKinds.svelte': ['crossed'],
  'src/app/masks/MaskCanvas.svelte': ['crossed'],
  'src/app/controls/Stamp.svelte': ['crossed'],
  'src/app/teach/worksheet/PaperPictures.svelte': ['hatched'],
  'src/app/tokens.css': ['hatched'],
  'src/draw/heatmap.ts': ['hatched', 'dotted', 'checkered'],
  'src/views/CellGrid/GridCell.svelte': ['hatched'],
};
/** Stripes of a stripe: the sign of the grouped plan. */
const NO_TEXTURE = ['src/app/signs.css', 'src/draw/palette.ts'];

describe('a texture', () => {
  test('has a single meaning', () => {
    expect(new Set(Object.values(TEXTURES)).size).toBe(Object.keys(TEXTURES).length);
  });

  test('is drawn only where its meaning is listed', () => {
    const drawing =
      /repeating-linear-gradient|<pattern|palette\.(?:tones|hatch)|\{ (?:tones|hatch)\b|linear-gradient\(\s*135deg/;
    const found = sources
      .filter(([path, text]) => drawing.test(text) && !NO_TEXTURE.includes(path))
      .map(([path]) => path);
    expect(found.sort()).toEqual(Object.keys(DRAWN).sort());
  });

  test('is explained in the words of its definition wherever it is named', () => {
    const typed = sources
      .filter(([path]) => path.endsWith('.svelte'))
      .flatMap(([path, text]) =>
        [
          ...withoutComments(text.replaceAll(/<style>[\s\S]*?<\/style>/g, '')).matchAll(
            /^.*(?:\b(?:(?<!cross-)hatched|checkered|(?<!cross-)hatching)\b|\bdotted *[=:]).*$/gim,
          ),
        ].map(([line]) => `${path}: ${line.trim()}`),
      )
      .filter((line) => !/legendOf\(|TEXTURES\./.test(line));
    expect(typed).toEqual([]);
  });

  test('means the same in lessons and guides', () => {
    const named = writings.flatMap(([path, text]) =>
      [...text.matchAll(/[^.\n]*(?<!cross-)\bhatch(?:ed|ing)\b[^.\n]*/gi)].map(
        ([one]) => [path, one] as const,
      ),
    );
    expect(named.length).toBeGreaterThan(1);
    for (const [path, sentence] of named) expect(sentence, path).toMatch(/summar/);
  });
});

describe('words for colours', () => {
  const COLOURS = /\b(?:dark|darker|darkest|pale|paler|bright|brighter|lighter|lightest|light(?= (?:cell|column|row|square|bar|grey|gray)))\b/i; // prettier-ignore
  /** About a stripe or a layer, or about stripes if the sentence names nothing else. */
  const OF_STRIPES =
    /stripe|layer|\b(?:all|black|white)[- ](?:and )?(?:black|white)\b|Black costs/i;

  test('no lesson or guide calls anything dark or light that follows the theme', () => {
    const said = writings.flatMap(([path, text]) =>
      text
        .split('\n')
        .filter((line) => COLOURS.test(line) && !/\]\((docs\/)?screenshots/.test(line))
        .map((line) => `${path}: ${line}`),
    );
    // Of themes, not of textures.
    const ofThemes = /docs\/(commands|accessibility)\.md.*(light (and|or) dark|the dark theme)/;
    expect(said.filter((line) => !ofThemes.test(line))).toEqual([]);
  });

  test('black and white describe only stripes, whose colours do not change', () => {
    const said = writings.flatMap(([path, text]) =>
      text
        .split('\n')
        .filter((line) => /\b(?:black|white)\b/i.test(line) && !OF_STRIPES.test(line))
        .map((line) => `${path}: ${line}`),
    );
    expect(said).toEqual([]);
  });

  test('a step that says black or white shows the stripes, or an earlier step did', () => {
    let seen = false;
    for (const { steps } of lessons)
      for (const { title, stage, parts } of steps) {
        seen ||= stage.show.some((view) => stageViewOf(view).id === 'stripes');
        const words = parts.map((part) => ('html' in part ? part.html : '')).join(' ');
        if (/\b(?:black|white)\b/i.test(words)) expect(seen, title).toBe(true);
      }
  });
});
