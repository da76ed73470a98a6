/** @file What is compared with other people's programs: masks as code in every format, and configs. Bundled by scripts/interop/run-code.mjs. */
import { formats } from '../../src/masks/code';
import { readConfig } from '../../src/masks/configs';
import { maskOf, terms, write, type Expression } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { writeRows } from '../../src/attention/writeRows';
import { expressionsOf } from '../../src/masks/layers';
import { library } from '../../src/masks/library';
import { fromRule, pairsOf } from '../../src/attention/mask';
import { random } from '../../src/core/random';
import { crcOf } from '../../src/masks/python/facts';
import { layersOf } from '../../src/spec/run';
import { DEFAULTS } from '../../src/spec/controls';
import { plans } from '../../src/attention/plans';

export interface Sum {
  readonly pairs: number;
  readonly crc: number;
}

export interface CodeCase {
  readonly id: string;
  readonly T: number;
  readonly layers: readonly string[];
}

export interface ConfigCase {
  readonly id: string;
  readonly T: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Each term at the limits of its parameters, alone and joined with others. */
const TEXTS: readonly string[] = [
  ...['window(1)', 'window(5)', 'window(8)', 'window(64)', 'ahead(1)', 'ahead(4)'],
  ...['sink(1)', 'sink(9)', 'chunk(1)', 'chunk(4)', 'chunk(7)', 'prefix(1)', 'prefix(6)'],
  ...['cells(3, 9, 1, 5)', 'cells(0, 0, 0, 0)', 'causal & window(3) | cells(0, 4, 2, 12)'],
  ...['documents()', 'documents(3)', 'documents(5, 9, 21)', 'documents(9, 5, 5)'],
  ...['padding(0, 0)', 'padding(2, 3)', 'padding(40, 0)', 'dilated(1)', 'dilated(3)'],
  ...['global()', 'global(0)', 'global(2, 17)', 'exact(4, 4)', 'exact(5, 3)', 'summaries(4, 4)'],
  ...['summaries(5, 3)', 'causal', '~causal', '!causal'],
  ...['span(2, 5)', 'span(0, 40)', 'chunks(4, 1)', 'chunks(5, 0)', 'chunks(3, 2)'],
  ...['tree(4, 4, 4, 5, 6)', 'tree(0)', 'causal & tree(7, 7, 8, 0, 9)'],
  ...['causal | span(2, 5) | span(8, 11)', '(causal | chunk(4)) & documents(10)'],
  'causal & window(4)',
  'causal & (window(4) | sink(2))',
  'causal & (window(6) | dilated(4) | global(0, 8))',
  'causal & window(4) & !padding(3, 0)',
  '(causal | prefix(5)) & !padding(0, 2)',
  'causal & documents(7, 13) & window(4)',
  'window(4) & !ahead(4)',
  'window(65) & !ahead(65)',
  'causal & chunk(8)',
  'causal & (exact(6, 4) | summaries(6, 4))',
  'causal & ~window(4) & !(sink(2) | chunk(3))',
  '!(causal & window(3)) & (sink(4) | !dilated(2))',
];
const SIZES = [8, 13, 33, 64];

/** Masks kept as rows, of 33 tokens: shorter sequences cut them off, and longer ones are undefined. */
const ROWS = 33;
const rowsOfRule = (rule: (query: number, key: number) => boolean) =>
  `rows(${writeRows(fromRule(ROWS, ROWS, rule))})`;
function noise(seed: number): string {
  const { next } = random(seed, 'rows');
  return rowsOfRule((q, k) => k === q || next() < 0.5);
}
/** A window with every seventh row shifted and every fifth without its first key. */
const DEFECTS = rowsOfRule(
  (q, k) => k <= q && q - k < (q % 7 === 0 ? 3 : 6) && (k > 0 || q % 5 > 0),
);
const ROW_TEXTS: readonly (readonly [name: string, mask: string])[] = [
  ['rows of noise', noise(1)],
  ['rows of causal noise', `causal & ${noise(2)}`],
  ['rows of a window with defects', DEFECTS],
  ['all but rows', `causal & !${DEFECTS}`],
  ['two masks of rows and a term', `causal & (${DEFECTS} | ${noise(3)} & sink(9))`],
  ['rows that are switched off', `causal & ~${noise(2)} & window(4)`],
];

const sameFor = (text: string): CodeCase[] =>
  SIZES.map((T) => ({ id: `${text} over ${T}`, T, layers: [text] }));

export const codeCases: readonly CodeCase[] = [
  ...TEXTS.flatMap(sameFor),
  ...ROW_TEXTS.flatMap(([name, mask]) =>
    [24, ROWS, 40].map((T) => ({ id: `${name} over ${T}`, T, layers: [mask] })),
  ),
  ...plans.all.map(({ id }) => ({
    id: `plan ${id}`,
    T: 40,
    layers: expressionsOf(layersOf({ ...DEFAULTS, plan: id, window: 5, chunk: 4 })).map(write),
  })),
  ...library.all.map(({ id, doc }) => ({
    id: `library ${id}`,
    T: doc.T,
    layers: doc.layers.map(({ expression }) => write(expression)),
  })),
];

/** Too long to compare cells: rows are compared. */
export const longCases: readonly CodeCase[] = [
  { id: 'long window', T: 4096, layers: ['causal', 'causal & window(512)'] },
  { id: 'long chunk', T: 4096, layers: ['causal & chunk(1024)'] },
];

/** Code with a window that is off by one: it has to fail when it is run. */
export const SABOTAGE: readonly (readonly [format: string, right: string, wrong: string])[] = [
  ['flex', 'q_idx - kv_idx < 4', 'q_idx - kv_idx <= 4'],
  ['torch-bool', 'kv_idx <= q_idx', 'kv_idx < q_idx'],
  ['torch-additive', '~rule', 'rule'],
  ['jax-bool', 'q_idx - kv_idx < 4', 'q_idx - kv_idx < 3'],
  ['jax-additive', '0.0, -jnp.inf', '-jnp.inf, 0.0'],
  ['flash', 'window_size=(3, 0)', 'window_size=(4, 0)'],
  ['layer-types', "'sliding_window': 4", "'sliding_window': 5"],
];

/** Windows of released configs are too long for a test: their replacements. */
const SHORT: Readonly<Record<string, number>> = {
  sliding_window: 7,
  attention_chunk_size: 6,
  local_attention: 10,
};
const CONFIG_TOKENS = 40;
/** Fields that decide which tokens are read, and those no config can be built without. */
const RELEVANT_FIELDS =
  /^(model_type|text_config|num_.*_(layers|heads)|hidden_size|head_dim|.*window.*|layer_types|attention_chunk_size|no_rope_layers|local_attention|global_attn_every_n_layers)$/;

function configCase(id: string, text: string, changes: object = {}): ConfigCase {
  const shorten = (fields: Record<string, unknown>): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(fields)
        .filter(([name]) => RELEVANT_FIELDS.test(name))
        .map(([name, value]) => {
          if (name === 'text_config') return [name, shorten(value as Record<string, unknown>)];
          return [
            name,
            typeof value === 'number' && value > CONFIG_TOKENS ? (SHORT[name] ?? value) : value,
          ];
        }),
    );
  return { id, T: CONFIG_TOKENS, fields: shorten({ ...(JSON.parse(text) as object), ...changes }) };
}

/** No other library reads these fields: there is nothing to compare with. */
const ALONE = ['zebra-fields'];
/** Features that released files leave off. */
const CHANGED: readonly (readonly [name: string, words: string, changes: object])[] = [
  ['qwen2.5-7b', 'its window on', { use_sliding_window: true, max_window_layers: 20 }],
  [
    'qwen3-8b',
    'its window on',
    { use_sliding_window: true, sliding_window: 9, max_window_layers: 5 },
  ],
  ['gemma-3-1b', 'another pattern', { sliding_window_pattern: 4 }],
  ['command-r7b', 'no pattern', { sliding_window_pattern: undefined }],
  ['gpt-oss-20b', 'no layer_types', { layer_types: undefined }],
  ['olmo-3-7b', 'no layer_types', { layer_types: undefined }],
  ['modernbert-base', 'an odd window', { local_attention: 11, global_attn_every_n_layers: 4 }],
];

/** Those of the config.json texts, by name, that are short enough to compare. */
export function configCases(files: Readonly<Record<string, string>>): readonly ConfigCase[] {
  const names = Object.keys(files)
    .filter((name) => !ALONE.includes(name))
    .sort();
  return [
    ...names.map((name) => configCase(name, files[name]!)),
    ...CHANGED.map(([name, words, changes]) =>
      configCase(`${name}, ${words}`, files[name]!, changes),
    ),
  ];
}

const sumOf = (expression: Expression, T: number): Sum => {
  const mask = maskOf(expression, T);
  return { pairs: pairsOf(mask), crc: crcOf(mask) };
};

/** Our side of a case, layer by layer. */
export const ourCode = ({ T, layers }: CodeCase): readonly Sum[] =>
  layers.map((text) => sumOf(read(text), T));
export const ourConfig = ({ T, fields }: ConfigCase): readonly Sum[] =>
  readConfig(JSON.stringify(fields)).layers.map(({ expression }) => sumOf(expression, T));

/** The code of a case in every format that can express it. */
export function written({ T, layers }: CodeCase): Readonly<Record<string, string>> {
  const doc = { T, layers: layers.map((text) => ({ expression: read(text) })) };
  return Object.fromEntries(
    formats.all
      .filter((format) => format.supports(doc.layers) === undefined)
      .map((format) => [format.id, format.write(doc)]),
  );
}

/** Terms without a case. */
export const unseenTerms = (): readonly string[] =>
  terms.all
    .map(({ id }) => id)
    .filter((id) => !TEXTS.some((text) => new RegExp(`\\b${id}\\b`).test(text)));
