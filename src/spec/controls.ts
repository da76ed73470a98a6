/**
 * @file The settings of a run (run.ts), each described once.
 *
 * Controls, the URL, presets, lessons and checks all read CONTROLS; nothing else knows a setting's limits.
 */
import { CHUNK, WINDOW } from '../attention/params';
import { plans } from '../attention/plans';
import { patterns } from '../attention/registry';
import type { ParamSpec } from '../core/params';
import { DISTANCE } from '../data/distance';
import { sources } from '../data/registry';
import { type RunSpec, type Setting, NARROW, isOwnText, isText } from './run';

interface Common {
  readonly name: Setting;
  readonly label: string;
  readonly section: 'Training data' | 'Attention' | 'Model' | 'Training' | 'Machine';
  /** Shows the control only if its setting has an effect. */
  readonly relevant?: (spec: RunSpec) => boolean;
  /** Behind "More": rarely changed. */
  readonly advanced?: boolean;
}

export type Control =
  | (Common & { readonly kind: 'number'; readonly param: ParamSpec })
  | (Common & {
      readonly kind: 'choice';
      readonly options: readonly {
        readonly value: string;
        readonly label: string;
        readonly summary?: string;
      }[];
    })
  | (Common & { readonly kind: 'stripes' })
  | (Common & { readonly kind: 'masks' })
  | (Common & { readonly kind: 'alphabet' });

const reads =
  (name: 'window' | 'chunk' | 'groupSize' | 'place' | 'stripes' | 'masks') =>
  (spec: RunSpec): boolean =>
    plans.has(spec.plan) && plans.get(spec.plan).reads.includes(name);

/** The custom plan uses a window or a chunk only if one of its layers' patterns does: a mask has its own numbers. */
const layerReads =
  (name: 'window' | 'chunk') =>
  (spec: RunSpec): boolean =>
    reads(name)(spec) &&
    (!reads('stripes')(spec) ||
      patterns.all.some(({ letter, params }) => name in params && spec.stripes.includes(letter)));

const synthetic = (spec: RunSpec) =>
  sources.has(spec.task) && sources.get(spec.task).kind === 'task';

export const CONTROLS: readonly Control[] = [
  {
    name: 'task',
    kind: 'choice',
    label: 'Text or task',
    section: 'Training data',
    options: sources.all.map(({ id, label, summary }) => ({ value: id, label, summary })),
  },
  {
    name: 'alphabet',
    kind: 'alphabet',
    label: 'Characters of your own text',
    section: 'Training data',
    relevant: isOwnText,
  },
  {
    name: 'distance',
    kind: 'number',
    label: 'Distance',
    section: 'Training data',
    relevant: synthetic,
    param: DISTANCE,
  },
  {
    name: 'plan',
    kind: 'choice',
    label: 'Plan',
    section: 'Attention',
    options: plans.all.map(({ id, label, summary }) => ({ value: id, label, summary })),
  },
  {
    name: 'stripes',
    kind: 'stripes',
    label: 'Stripes',
    section: 'Attention',
    relevant: reads('stripes'),
  },
  {
    name: 'masks',
    kind: 'masks',
    label: 'Masks',
    section: 'Attention',
    relevant: reads('masks'),
  },
  {
    name: 'groupSize',
    kind: 'number',
    label: 'Group size',
    section: 'Attention',
    relevant: reads('groupSize'),
    param: plans.get('grouped').params['groupSize']!,
  },
  {
    name: 'place',
    kind: 'choice',
    label: 'Global layer',
    section: 'Attention',
    relevant: reads('place'),
    options: [
      { value: 'first', label: 'First of its group', summary: 'as in Zebra' },
      { value: 'last', label: 'Last of its group', summary: 'as in Gemma 3 and Olmo 3' },
    ],
  },
  {
    name: 'window',
    kind: 'number',
    label: 'Window',
    section: 'Attention',
    relevant: layerReads('window'),
    param: WINDOW,
  },
  {
    name: 'chunk',
    kind: 'number',
    label: 'Chunk',
    section: 'Attention',
    relevant: layerReads('chunk'),
    param: CHUNK,
  },
  {
    name: 'pool',
    kind: 'choice',
    label: 'Summaries average keys',
    section: 'Attention',
    relevant: layerReads('chunk'),
    advanced: true,
    options: [
      { value: 'post', label: 'After rotation' },
      { value: 'pre', label: 'Before rotation' },
    ],
  },
  {
    name: 'documents',
    kind: 'choice',
    label: 'Consecutive documents',
    section: 'Attention',
    relevant: isText,
    options: [
      { value: 'off', label: 'Read as one text' },
      {
        value: 'masked',
        label: 'Kept apart',
        summary: 'No layer reads past the border of a document; positions run on.',
      },
      {
        value: 'restart',
        label: 'Kept apart, positions restart',
        summary:
          'No layer reads past the border of a document, and each begins at position 0. With rotary positions this changes nothing but rounding: they only tell how far apart two tokens are.',
      },
    ],
  },
  number('layers', 'Model', { label: 'Layers', min: 1, max: 12, initial: 4 }),
  number('width', 'Model', {
    label: 'Width',
    min: 8,
    max: 256,
    initial: 64,
    step: 4,
    unit: 'numbers',
  }),
  number('heads', 'Model', { label: 'Heads', min: 1, max: 8, initial: 4 }),
  number('context', 'Model', {
    label: 'Context',
    unit: 'tokens',
    min: 8,
    max: 16_384,
    initial: 64,
    step: 'log2',
    multiple: 8,
  }),
  number('share', 'Model', { label: 'Heads per key-value head', min: 1, max: 8, initial: 1 }, true),
  number(
    'ropeBase',
    'Model',
    { label: 'RoPE base', min: 100, max: 10_000_000, initial: 10_000, step: 'log10' },
    true,
  ),
  number(
    'ropeScale',
    'Model',
    {
      label: 'Position interpolation',
      min: 1,
      max: 64,
      initial: 1,
      step: 'log2',
      explain: (scale) => (scale === 1 ? 'plain RoPE' : `positions are divided by ${scale}`),
    },
    true,
  ),
  {
    name: 'tied',
    kind: 'choice',
    label: 'Output head',
    section: 'Model',
    advanced: true,
    options: [
      { value: '1', label: 'Tied to the embedding' },
      { value: '0', label: 'Its own weights' },
    ],
  },
  number('rate', 'Training', {
    label: 'Learning rate',
    min: 0.00001,
    max: 1,
    initial: 0.003,
    step: 'log10',
  }),
  number('batch', 'Training', { label: 'Batch', unit: 'sequences', min: 1, max: 64, initial: 8 }),
  number('seed', 'Training', { label: 'Seed', min: 0, max: 999_999, initial: 1 }),
  number(
    'warmup',
    'Training',
    { label: 'Warm-up', unit: 'steps', min: 0, max: 1000, initial: 20 },
    true,
  ),
  number(
    'steps',
    'Training',
    { label: 'Schedule', unit: 'steps', min: 10, max: 100_000, initial: 2000, step: 10 },
    true,
  ),
  number(
    'spread',
    'Training',
    {
      label: 'Initial spread of the embedding',
      min: 0.001,
      max: 2,
      initial: NARROW,
      step: 'log10',
    },
    true,
  ),
  number(
    'decay',
    'Training',
    { label: 'Weight decay', min: 0, max: 1, initial: 0.01, step: 0.01 },
    true,
  ),
  {
    name: 'backend',
    kind: 'choice',
    label: 'Compute with',
    section: 'Machine',
    options: [
      { value: 'auto', label: 'Choose for me' },
      { value: 'webgpu', label: 'WebGPU' },
      { value: 'wasm', label: 'WebAssembly' },
      { value: 'cpu', label: 'JavaScript' },
      {
        value: 'tfjs',
        label: 'TensorFlow.js (reference)',
        summary:
          'the reference our kernels are held to: composed operations and a tape, slower; on WebGPU, WebGL, WebAssembly or JavaScript, the first that works',
      },
    ],
  },
];

function number(
  name: Setting,
  section: Common['section'],
  param: ParamSpec,
  advanced = false,
): Control {
  return { name, kind: 'number', label: param.label, section, param, advanced };
}

const controlByName = new Map(CONTROLS.map((control) => [control.name, control]));

export const controlOf = (name: Setting): Control => controlByName.get(name)!;

/** What the Lab opens with: real text, a size every laptop trains. */
export const DEFAULTS: RunSpec = {
  ...(Object.fromEntries(
    CONTROLS.flatMap((control) =>
      control.kind === 'number' ? [[control.name, control.param.initial]] : [],
    ),
  ) as unknown as RunSpec),
  task: 'moby-dick',
  plan: 'grouped',
  place: 'first',
  alphabet: '',
  stripes: 'GSGS',
  masks: '',
  pool: 'post',
  documents: 'off',
  tied: 1,
  backend: 'auto',
};
