import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskOf, write } from '../../../src/attention/expression';
import { read } from '../../../src/attention/parse';
import { writeRows } from '../../../src/attention/writeRows';
import { differenceOf } from '../../../src/attention/mask';
import { plans } from '../../../src/attention/plans';
import { ruleLines } from '../../../src/attention/python';
import { patternSpec } from '../../../src/attention/registry';
import { has } from '../../../src/attention/runs';
import { InputError } from '../../../src/core/check';
import { exportFiles } from '../../../src/model/files/exportFolder';
import { openHuggingFace } from '../../../src/model/files/openFolder';
import { readConfig } from '../../../src/masks/configs';
import { expressionOf } from '../../../src/masks/layers';
import { configOf } from '../../../src/model/files/config';
import { toHuggingFace } from '../../../src/model/files/huggingface';
import { writeSafetensors } from '../../../src/model/files/safetensors';
import { initialWeights } from '../../../src/model/weights';
import type { ModelSpec } from '../../../src/spec/model';
import { small } from '../small';
import { anyExpression } from '../../support/expressions';
import { evaluate } from '../../support/python';

const PLAN = {
  layers: 4,
  groupSize: 2,
  place: 'first',
  stripes: 'GKA1',
  masks: 'causal & chunk(6)',
  window: 5,
  chunk: 3,
} as const;
const vocabulary = [...'\uFFFD\nabcdefghi'];
const provenance = { title: 'A model', lines: ['Random weights.'] };
const modelOf = (id: string, own: Partial<ModelSpec> = {}) => ({
  ...small.modelOf(plans.get(id).expand(PLAN)),
  ...own,
});
const exported = (model: ModelSpec) =>
  exportFiles({ model, weights: initialWeights(model, 3), vocabulary, provenance });
const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);
const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

describe('a model as a Hugging Face folder', () => {
  test.each(plans.all.map(({ id }) => id))('%s comes back unchanged', (id) => {
    const model = modelOf(id, {
      ropeScale: 4,
      tied: id === 'global',
      pool: id === 'custom' ? 'pre' : 'post',
    });
    const opened = openHuggingFace(exported(model));
    expect(opened).toEqual({ model, weights: initialWeights(model, 3), vocabulary });
  });

  test('has an architecture that stock transformers know, if there is one', () => {
    const type = (id: string) =>
      (JSON.parse(text(exported(modelOf(id)).get('config.json'))) as Record<string, unknown>)[
        'model_type'
      ];
    expect(plans.all.map(({ id }) => [id, type(id)])).toEqual([
      ['global', 'llama'],
      ['local', 'ministral'],
      ['approximate', 'zebra'],
      ['grouped', 'ministral'],
      ['custom', 'zebra'],
    ]);
  });

  test('keeps masks without a layer_types word in fields of its own, and their rules in its module', () => {
    const config = configOf(modelOf('custom'));
    expect(config['layer_types']).toEqual([
      'full_attention',
      'masked_attention',
      'approximate_attention',
      'masked_attention',
    ]);
    const [sinks, chunks] = ['causal & (window(5) | sink(4))', 'causal & chunk(6)'];
    expect(config['layer_masks']).toEqual([null, sinks, null, chunks]);
    const module = text(exported(modelOf('custom')).get('modeling_zebra.py'));
    for (const mask of [sinks, chunks]) {
      const rule = ruleLines(read(mask)).map((line) => `    ${line}`);
      expect(module).toContain(`\n    """${mask}"""\n${rule.join('\n')}\n`);
      expect(module).toMatch(new RegExp(`"${mask.replaceAll(/[()&|]/g, '.')}": mask_\\d,`));
    }
    expect(text(exported(modelOf('grouped')).get('modeling_zebra.py'))).toContain('\nMASKS = {}\n');
  });

  test('of any mask comes back unchanged, and its module has the rule of that mask in every cell', () => {
    const T = 20;
    fc.assert(
      fc.property(anyExpression(12), (expression) => {
        const words = write(expression);
        const model = small.modelOf([patternSpec(words, {}), patternSpec('global', {})]);
        const files = exported(model);
        const [layer] = openHuggingFace(files).model.layers;
        const mask = maskOf(expression, T);
        expect(differenceOf(maskOf(expressionOf(layer!), T), mask)).toEqual({ cells: 0 });
        const { layer_types: types } = JSON.parse(text(files.get('config.json'))) as {
          layer_types?: readonly string[];
        };
        if (types?.[0] !== 'masked_attention') return;
        const module = text(files.get('modeling_zebra.py'));
        const rule = /def mask_1\(q_idx, kv_idx, T\):\n.*\n {4}return ([^]*?)\n\n\n/.exec(
          module,
        )![1]!;
        for (let q = 0; q < T; q++)
          for (let k = 0; k < T; k++)
            expect(evaluate(rule, { q_idx: q, kv_idx: k, T })).toBe(has(mask.row(q), k));
      }),
      { numRuns: 60 },
    );
  });

  test('has a config that the mask workbench reads layer by layer', () => {
    const model = modelOf('custom');
    const { family, layers } = readConfig(JSON.stringify(configOf(model)));
    expect(family).toBe('zebra');
    expect(layers.map(({ expression }) => write(expression))).toEqual(
      model.layers.map((layer) => write(expressionOf(layer))),
    );
    const { layer_masks: masks, ...without } = configOf(model);
    expect(masks).toHaveLength(4);
    expect(() =>
      readConfig(JSON.stringify({ ...without, layer_masks: [null, null, null, null] })),
    ).toThrow('masked_attention of layer 2, and layer_masks has no mask for it');
  });

  test('with rows as given has them in its config and as a table in its module', () => {
    const rows = writeRows(maskOf(read('causal & (window(5) | cells(9, 12, 2, 2))'), 20));
    const model = small.modelOf([patternSpec(`rows(${rows})`, {}), patternSpec('global', {})]);
    const files = exported(model);
    const config = JSON.parse(text(files.get('config.json'))) as Record<string, unknown>;
    expect(config['layer_masks']).toEqual([`rows(${rows})`, null]);
    const [layer] = openHuggingFace(files).model.layers;
    expect(layer!.pattern).toBe(`rows(${rows})`);
    const module = text(files.get('modeling_zebra.py'));
    const [, table] = /^(rows_[0-9a-f]{8}) = table\('([\w-]+)'\)$/m.exec(module)!;
    expect(module).toContain(`return ${table}(q_idx, kv_idx)\n`);
    expect(module.indexOf('def given(text)')).toBeLessThan(module.indexOf('def mask_1'));
  });

  test('uses the name of a mask, however it was written, and keeps windows of several sizes', () => {
    const specs = [
      'causal',
      'causal & window(7)',
      'causal & (window(9) | sink(4))',
      'causal & window(600)',
    ].map((mask) => patternSpec(mask, {}));
    const opened = openHuggingFace(exported(small.modelOf(specs))).model.layers;
    expect(opened).toEqual([
      patternSpec('global', {}),
      patternSpec('local', { window: 7 }),
      patternSpec('sinks', { window: 9 }),
      patternSpec('causal & window(600)', {}),
    ]);
  });

  test('has its windows in the fields that the mask workbench reads', () => {
    const { layers } = readConfig(text(exported(modelOf('grouped')).get('config.json')));
    expect(JSON.stringify(layers)).toContain('"window":5');
  });

  test('whose tokens are not single characters has no tokenizer, and says so', () => {
    const model = modelOf('global');
    const files = exportFiles({
      model,
      weights: initialWeights(model, 3),
      vocabulary: vocabulary.map((_, id) => `token ${id}`),
      provenance,
    });
    expect(files.has('tokenizer.json')).toBe(false);
    expect(text(files.get('README.md'))).toContain('There is no tokenizer');
  });
});

describe('a folder that is not one of our models is refused with the reason', () => {
  const model = modelOf('grouped');
  const files = exported(model);
  const config = JSON.parse(text(files.get('config.json'))) as Record<string, unknown>;
  const withConfig = (own: Record<string, unknown>) =>
    new Map(files).set('config.json', bytes({ ...config, ...own }));
  const withTensors = (change: (tensors: ReturnType<typeof toHuggingFace>) => void) => {
    const tensors = toHuggingFace(model, initialWeights(model, 3));
    change(tensors);
    return new Map(files).set('model.safetensors', writeSafetensors(tensors));
  };
  const spoilt = (at: number, value: number) => {
    const copy = files.get('model.safetensors')!.slice();
    copy[at] = value;
    return new Map(files).set('model.safetensors', copy);
  };

  test.each<[string, ReadonlyMap<string, Uint8Array>, RegExp]>([
    ['no config', new Map([['model.safetensors', bytes({})]]), /needs config\.json and model/],
    ['several files', new Map(files).set('model.safetensors.index.json', bytes({})), /merge them/],
    ['another architecture', withConfig({ model_type: 'gpt2' }), /model_type is "gpt2"; llama,/],
    ['another activation', withConfig({ hidden_act: 'gelu' }), /hidden_act is "gelu"/],
    ['another epsilon', withConfig({ rms_norm_eps: 1e-6 }), /rms_norm_eps is 0\.000001/],
    [
      'YaRN',
      withConfig({ rope_parameters: { rope_type: 'yarn', factor: 4 } }),
      /rope_type is "yarn"/,
    ],
    ['half rotary', withConfig({ partial_rotary_factor: 0.5 }), /partial_rotary_factor is 0\.5/],
    [
      'layers of another kind',
      withConfig({ layer_types: Array(4).fill('chunked_attention') }),
      /layer_types holds "chunked/,
    ],
    [
      'masks that are missing',
      withConfig({ layer_types: Array(4).fill('masked_attention') }),
      /layer_types has masked_attention, and layer_masks has no entries; the model has 4 layers/,
    ],
    [
      'an invalid mask',
      withConfig({ layer_types: Array(4).fill('masked_attention'), layer_masks: [1, 2, 3, 4] }),
      /layer_masks says 1 of layer 1; it should be a mask such as/,
    ],
    [
      'a mask in broken words',
      withConfig({
        layer_types: Array(4).fill('masked_attention'),
        layer_masks: ['causal', 'causal & windw(3)', 'causal', 'causal'],
      }),
      /layer_masks says "causal & windw\(3\)" of layer 2: the mask has 'windw'/,
    ],
    ['too few layer types', withConfig({ layer_types: [] }), /layer_types has 0 entries/],
    [
      'more than a page holds',
      withConfig({ vocab_size: 999_999, hidden_size: 64 }),
      /of weights; up to/,
    ],
    [
      'a bias',
      withTensors((t) =>
        t.set('model.layers.0.self_attn.q_proj.bias', { shape: [1], values: Float32Array.of(1) }),
      ),
      /q_proj\.bias is not zero/,
    ],
    [
      'a norm it has not',
      withTensors((t) =>
        t.set('model.layers.0.self_attn.q_norm.weight', { shape: [1], values: Float32Array.of(1) }),
      ),
      /has a tensor .*q_norm/,
    ],
    [
      'a missing tensor',
      withTensors((t) => t.delete('model.norm.weight')),
      /no weight called model\.norm/,
    ],
    [
      'another shape',
      withTensors((t) => t.set('model.norm.weight', { shape: [2], values: new Float32Array(2) })),
      /model\.norm\.weight is \[2\]/,
    ],
    [
      'weights that are no numbers',
      withTensors((t) =>
        t.set('model.norm.weight', { shape: [16], values: new Float32Array(16).fill(NaN) }),
      ),
      /holds NaN/,
    ],
    ['a header of 4 GB', spoilt(3, 255), /header should be/],
  ])('%s', (_, given, reason) => {
    expect(() => openHuggingFace(given)).toThrow(reason);
    expect(() => openHuggingFace(given)).toThrow(InputError);
  });

  test('overlapping tensors', () => {
    const header = bytes({
      a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] },
      b: { dtype: 'F32', shape: [2], data_offsets: [4, 12] },
    });
    const file = new Uint8Array(8 + header.length + 12);
    new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
    file.set(header, 8);
    expect(() => openHuggingFace(new Map(files).set('model.safetensors', file))).toThrow(
      /'a' and 'b' overlap/,
    );
  });

  test('a bias of zero, and a head equal to the embedding, are accepted', () => {
    const { weights } = openHuggingFace(
      withTensors((t) => {
        t.set('model.layers.0.self_attn.q_proj.bias', {
          shape: [16],
          values: new Float32Array(16),
        });
        t.set('lm_head.weight', t.get('model.embed_tokens.weight')!);
      }),
    );
    expect(weights).toEqual(initialWeights(model, 3));
  });

  test('with any bytes changed it is read or refused in a sentence', () => {
    const original = files.get('model.safetensors')!;
    fc.assert(
      fc.property(
        fc.constantFrom('model.safetensors', 'config.json', 'tokenizer.json'),
        fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.option(fc.nat(original.length)),
        (name, changes, cut) => {
          const copy = files.get(name)!.slice(0, cut ?? undefined);
          for (const [at, value] of changes) if (at < copy.length) copy[at] = value;
          try {
            openHuggingFace(new Map(files).set(name, copy));
          } catch (error) {
            if (!(error instanceof InputError)) throw error;
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

test('half precision of both kinds is widened', async () => {
  const { readSafetensors } = await import('../../../src/model/files/safetensors');
  const header = bytes({
    half: { dtype: 'F16', shape: [3], data_offsets: [0, 6] },
    brain: { dtype: 'BF16', shape: [1], data_offsets: [6, 8] },
  });
  const file = new Uint8Array(8 + header.length + 8);
  const view = new DataView(file.buffer);
  view.setBigUint64(0, BigInt(header.length), true);
  file.set(header, 8);
  [0x3c00, 0xc500, 0x0001, 0xc040].forEach((bits, i) =>
    view.setUint16(8 + header.length + 2 * i, bits, true),
  );
  const tensors = readSafetensors(file);
  expect([...tensors.get('half')!.values]).toEqual([1, -5, 2 ** -24]);
  expect([...tensors.get('brain')!.values]).toEqual([-3]);
});
