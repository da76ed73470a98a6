/** @file What a figure needs to know of one run, recorded or of this page, and how runs are told apart in words. */
import { plans } from '../attention/plans';
import { formatInteger } from '../core/units';
import { sources } from '../data/registry';
import { trainingFlops } from '../spec/cost';
import { modelSpecOf } from '../spec/model';
import { layersOf, type RunSpec } from '../spec/run';
import { patterns } from '../attention/registry';
import type { Recording } from './recording';

/** A run with its evaluation; recordings are such results, runs of this page become them. */
export type Result = Pick<
  Recording,
  'spec' | 'backend' | 'machine' | 'made' | 'program' | 'validation' | 'buckets' | 'distances'
> & {
  readonly steps: number; // optimizer steps taken
};

export const resultOf = (recording: Recording): Result => ({
  ...recording,
  steps: recording.spec.steps,
});

/** The stripes of a plan: G S S S. */
export const stripesOf = (spec: RunSpec): string =>
  layersOf(spec)
    .map(({ pattern }) => patterns.get(pattern).letter)
    .join(' ');

/** How a curve is called: plans by their label, grouped ones with their stripes. */
export const labelOf = (spec: RunSpec): string =>
  spec.plan === 'grouped' || spec.plan === 'custom'
    ? `${plans.get(spec.plan).label} ${stripesOf(spec)}`
    : plans.get(spec.plan).label;

/** Equal for runs that differ in nothing but the seed. */
const kindOf = ({ seed: _, ...rest }: RunSpec): string =>
  JSON.stringify(Object.entries(rest).sort());

/** Runs of one kind, over their seeds. */
export interface Seeds {
  readonly label: string;
  readonly spec: RunSpec; // of the first; only its seed differs from the others'
  readonly results: readonly Result[]; // by seed
}

export function bySeeds(results: readonly Result[]): readonly Seeds[] {
  const kinds = new Map<string, Result[]>();
  for (const result of results) {
    const kind = kindOf(result.spec);
    kinds.set(kind, [...(kinds.get(kind) ?? []), result]);
  }
  return [...kinds.values()]
    .map((group) => [...group].sort((a, b) => a.spec.seed - b.spec.seed))
    .map((group) => ({ label: labelOf(group[0]!.spec), spec: group[0]!.spec, results: group }))
    .sort((a, b) => order(a.spec) - order(b.spec) || a.spec.context - b.spec.context);
}

const order = ({ plan, groupSize }: RunSpec) => 100 * plans.get(plan).order + groupSize;

/** Training FLOPs needed by one step, counted from the spec. */
export const flopsPerStep = (spec: RunSpec): number =>
  trainingFlops(modelSpecOf(spec), 'host').needed * spec.batch * spec.context;

export type Origin = 'recorded' | 'live';

const BACKENDS = { webgpu: 'WebGPU', wasm: 'WebAssembly', cpu: 'JavaScript' } as const;

/** Where the numbers come from, in a sentence: what, where, when. */
export function provenanceOf(origin: Origin, results: readonly Result[]): string {
  if (results.length === 0) return '';
  const all = <T>(of: (result: Result) => T) => [...new Set(results.map(of))];
  const seeds = all(({ spec }) => spec.seed).sort((a, b) => a - b);
  const steps = all((result) => result.steps).sort((a, b) => a - b);
  const perStep = all(({ spec }) => spec.batch * spec.context).sort((a, b) => a - b);
  const { spec } = results[0]!;
  const parts = [
    `${origin === 'recorded' ? 'Recorded' : 'Measured in this page'} on ${all(({ spec: { task } }) => sources.get(task).label).join(' and ')}`,
    `seed${seeds.length > 1 ? 's' : ''} ${seeds.join(', ')}`,
    `${steps.map(formatInteger).join(' or ')} steps of ${perStep.map(formatInteger).join(' or ')} tokens`,
    `${spec.layers} layers, width ${spec.width}, ${spec.heads} head${spec.heads > 1 ? 's' : ''}`,
    `W ${spec.window}, C ${spec.chunk}`,
    `learning rate ${spec.rate}`,
    all(({ backend }) => BACKENDS[backend]).join(' and '),
    all(({ machine }) => machine).join('; '),
    `Zebra Lab ${all(({ program }) => program).join(', ')}`,
    all(({ made }) => made).join(', '),
  ];
  return `${parts.join(' · ')}.`;
}
