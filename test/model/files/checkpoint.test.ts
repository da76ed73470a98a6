import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskOf } from '../../../src/attention/expression';
import { read } from '../../../src/attention/parse';
import { NAMED_FROM, namesInAddress, rowsNamed } from '../../../src/attention/rowNames';
import { writeRows } from '../../../src/attention/writeRows';
import { InputError } from '../../../src/core/check';
import {
  checkpointFiles,
  readCheckpoint,
  unzipped,
  writeCheckpoint,
  zipped,
  type Checkpoint,
} from '../../../src/model/files/checkpoint';
import { initialWeights } from '../../../src/model/weights';
import { modelSpecOf } from '../../../src/spec/model';
import { layersOf, type RunSpec } from '../../../src/spec/run';
import { DEFAULTS } from '../../../src/spec/controls';
import { fromQuery, toQuery } from '../../../src/spec/url';
import { forgetRows, noisyRows } from '../../support/rows';

interface About {
  version: number;
  format: string;
  step: number;
  spec: Record<string, unknown>;
  vocabulary: string[];
}

const spec: RunSpec = {
  ...DEFAULTS,
  task: 'marker',
  width: 8,
  heads: 2,
  share: 2,
  layers: 2,
  context: 40,
  distance: 5,
  tied: 0,
  plan: 'custom',
  stripes: 'GS',
};
const model = modelSpecOf(spec);
const squares = new Map([...initialWeights(model, 3)].map(([n, w]) => [n, w.map((x) => x * x)]));
const whole: Checkpoint = {
  spec,
  step: 17,
  weights: initialWeights(model, 1),
  adamMoments: { m: initialWeights(model, 2), v: squares },
};
const file = writeCheckpoint(whole);

/** The checkpoint with some of its files changed, and packed again. */
function changed(change: (files: Map<string, Uint8Array<ArrayBuffer>>) => void) {
  const files = checkpointFiles(whole);
  change(files);
  return zipped(files);
}
function about(change: (about: About) => void) {
  return changed((files) => {
    const json = JSON.parse(new TextDecoder().decode(files.get('zebra-lab.json'))) as About;
    change(json);
    files.set('zebra-lab.json', new TextEncoder().encode(JSON.stringify(json)));
  });
}

describe('a checkpoint', () => {
  test('comes back with every number, moments and settings', () => {
    const back = readCheckpoint(file);
    expect(back).toEqual(whole);
  });

  test('is the same file whenever it is written', () => {
    expect(writeCheckpoint(readCheckpoint(file))).toEqual(file);
  });

  test("contains the user's own text if the model learned it, and no moments if it cannot be trained further", () => {
    const { adamMoments: _, ...rest } = whole;
    const back = readCheckpoint(writeCheckpoint({ ...rest, text: 'Zèbre\n' }));
    expect(back.adamMoments).toBeUndefined();
    expect(back.text).toBe('Zèbre\n');
  });

  test('describes its model to other programs as Hugging Face does; one from an older version opens too', () => {
    const config = JSON.parse(
      new TextDecoder().decode(unzipped(file).get('config.json')),
    ) as Record<string, unknown>;
    expect(config).toMatchObject({
      num_hidden_layers: whole.spec.layers,
      hidden_size: whole.spec.width,
      dtype: 'float32',
    });
    const older = changed((files) => {
      files.delete('config.json');
      const json = JSON.parse(new TextDecoder().decode(files.get('zebra-lab.json'))) as {
        files: Record<string, unknown>;
      };
      delete json.files['config.json'];
      files.set('zebra-lab.json', new TextEncoder().encode(JSON.stringify(json)));
    });
    expect(readCheckpoint(older)).toEqual(whole);
  });

  test('holds weights as Hugging Face names and shapes them', () => {
    const names = new TextDecoder().decode(unzipped(file).get('model.safetensors')!.slice(8, 600));
    expect(names).toContain(
      '"model.layers.0.self_attn.k_proj.weight":{"dtype":"F32","shape":[4,8]',
    );
  });
});

describe('an incomplete checkpoint is refused with its reason', () => {
  test.each<[string, () => Uint8Array, RegExp]>([
    ['cut short', () => file.slice(0, file.length - 30), /not a complete ZIP/],
    ['another version', () => about((a) => (a.version = 2)), /version 2; .* version 1/],
    ['another format', () => about((a) => (a.format = 'x')), /does not say "format"/],
    ['a step of −1', () => about((a) => (a.step = -1)), /step is -1/],
    [
      'a flipped bit in the weights',
      () => changed((files) => (files.get('model.safetensors')![9000]! ^= 1)),
      /model\.safetensors is not as it was saved/,
    ],
    ['no weights', () => changed((f) => f.delete('model.safetensors')), /says it holds model/],
    [
      'a config of another model',
      () => changed((f) => (f.get('config.json')![40]! ^= 1)),
      /config\.json is not as it was saved/,
    ],
    [
      'impossible settings',
      () => about((a) => (a.spec['heads'] = 3)),
      /does not divide into 3 heads/,
    ],
    [
      'settings of another kind',
      () => about((a) => (a.spec['width'] = '8')),
      /setting width is "8"; it should be a number/,
    ],
    [
      'the vocabulary of another task',
      () => about((a) => (a.spec['task'] = 'moby-dick')),
      /vocabulary has \d+ tokens; .* has 96/,
    ],
    [
      'another order of the vocabulary',
      () => about((a) => a.vocabulary.reverse()),
      /token 0 of the checkpoint's vocabulary/,
    ],
    ['no checkpoint at all', () => zipped(new Map([['a.txt', new Uint8Array(3)]])), /no zebra-lab/],
    [
      'weights that are no numbers',
      () =>
        writeCheckpoint({
          ...whole,
          weights: new Map(whole.weights).set('model.norm.weight', new Float32Array(8).fill(NaN)),
        }),
      /model\.norm\.weight holds NaN/,
    ],
    [
      'second moments below zero',
      () => writeCheckpoint({ ...whole, adamMoments: { m: squares, v: whole.weights } }),
      /moment v\..* is below zero/,
    ],
  ])('%s', (_, bytes, reason) => {
    expect(() => readCheckpoint(bytes())).toThrow(reason);
    expect(() => readCheckpoint(bytes())).toThrow(InputError);
  });

  test('any bits flipped and any truncation: it is read unchanged or refused', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 })), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.option(fc.nat(file.length)),
        (flips, cut) => {
          const bytes = file.slice(0, cut ?? file.length);
          for (const [at, bits] of flips) if (at < bytes.length) bytes[at]! ^= bits;
          try {
            // A bit in the ZIP's own dates may flip without any effect.
            expect(readCheckpoint(bytes)).toEqual(whole);
          } catch (error) {
            if (!(error instanceof InputError)) throw error;
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  test('any bytes at all are read or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(() => readCheckpoint(bytes)).toThrow(InputError);
      }),
    );
  });
});

describe('a checkpoint with masks kept as rows', () => {
  const T = spec.context;
  const short = writeRows(maskOf(read('causal & window(3)'), T));
  const long = noisyRows(T, 1);
  const rows: RunSpec = {
    ...spec,
    layers: 3,
    stripes: '1G2',
    masks: `rows(${short});causal & rows(${long})`,
  };
  const kept = writeCheckpoint({
    spec: rows,
    step: 3,
    weights: initialWeights(modelSpecOf(rows), 1),
  });

  test('contains them whole, short and long: it opens in a browser that has never seen them', () => {
    expect(short.length).toBeLessThan(NAMED_FROM);
    expect(long.length).toBeGreaterThan(NAMED_FROM);
    const model = modelSpecOf(rows);
    forgetRows();
    const back = readCheckpoint(kept);
    expect(back.spec).toEqual(rows);
    expect(modelSpecOf(back.spec)).toEqual(model);
    expect(layersOf(back.spec).map(({ pattern }) => pattern)).toEqual([
      `rows(${short})`,
      'global',
      `causal & rows(${long})`,
    ]);
    expect(writeCheckpoint(back)).toEqual(kept);
  });

  test('makes a URL that only names its rows open again', () => {
    const far: RunSpec = {
      ...rows,
      masks: `rows(${noisyRows(512, 2)})`,
      stripes: '1G1',
      context: 512,
    };
    const file = writeCheckpoint({
      spec: far,
      step: 3,
      weights: initialWeights(modelSpecOf(far), 1),
    });
    const address = toQuery(far);
    const [name] = namesInAddress(address);
    forgetRows();
    expect(rowsNamed(name!)).toBeUndefined();
    expect(fromQuery(address).notes.join()).toContain('not kept in this browser');
    const back = readCheckpoint(file).spec;
    expect(back).toEqual(far);
    expect(toQuery(back)).toBe(address);
    expect(fromQuery(address)).toMatchObject({ spec: far, notes: [] });
  });

  test('is refused if its context differs from that of the rows', () => {
    const files = unzipped(kept) as Map<string, Uint8Array<ArrayBuffer>>;
    const json = JSON.parse(new TextDecoder().decode(files.get('zebra-lab.json'))) as About;
    json.spec['context'] = 48;
    files.set('zebra-lab.json', new TextEncoder().encode(JSON.stringify(json)));
    expect(() => readCheckpoint(zipped(files))).toThrow(
      'mask 1 is kept as rows of 40 × 40 tokens and the context is 48 tokens',
    );
  });
});
