/** @file What a figure needs to know about a run, recorded or from this page, and how runs are labelled. */
import { plans } from '../attention/plans';
import { listed, plain } from '../core/numbers';
import { formatInteger } from '../core/units';
import { sources } from '../data/registry';
import { trainingFlops } from '../spec/cost';
import { modelSpecOf } from '../spec/model';
import { layersOf, NARROW, type RunSpec } from '../spec/run';
import { patterns } from '../attention/registry';
import { bucketsOf, type PositionLosses } from './buckets';
import type { DistancePoint } from './distance';
import type { Recording } from './recording';

/** A run with its evaluation; recordings are such results, runs of this page are converted to them. */
export type Result = Pick<
  Recording,
  'spec' | 'machine' | 'made' | 'program' | 'validation' | 'buckets' | 'distances' | 'slices'
> & {
  readonly backend: string; // webgpu, wasm, cpu, tfjs
  readonly steps: number; // optimizer steps taken
  /** The user's name for it, and its position among the others; otherwise both follow from its plan. */
  readonly name?: string;
  readonly place?: number;
};

/** What a page knows about a run that was evaluated; steps after the evaluation are not included. */
export interface EvaluatedRun {
  readonly name: string;
  readonly place: number;
  readonly spec: RunSpec;
  readonly validations: readonly {
    readonly step: number;
    readonly loss: number;
    readonly tokens: number;
  }[];
  readonly evaluation?: {
    readonly step: number;
    readonly positions: PositionLosses;
    readonly distances: readonly DistancePoint[];
  };
}

/** Converts a run of a page for a figure. */
function resultOfRun(
  { name, place, spec, validations, evaluation }: EvaluatedRun,
  origin: Pick<Result, 'backend' | 'machine' | 'made' | 'program'>,
): Result {
  const text = sources.get(spec.task).kind === 'corpus';
  return {
    ...origin,
    name,
    place,
    spec,
    steps: Math.max(evaluation?.step ?? 0, validations.at(-1)?.step ?? 0),
    validation: validations.filter(({ step }) => step > 0),
    buckets: text && evaluation ? bucketsOf(evaluation.positions) : [],
    distances: evaluation?.distances ?? [],
  };
}

export const resultOf = (recording: Recording): Result => ({
  ...recording,
  steps: recording.spec.steps,
});

/** The stripes of a plan: G S S S. */
export const stripesOf = (spec: RunSpec): string =>
  layersOf(spec)
    .map(({ pattern }) => patterns.get(pattern).letter)
    .join(' ');

/** The label of a curve: the plan's, with stripes for grouped plans. */
const labelOf = (spec: RunSpec): string =>
  spec.plan === 'grouped' || spec.plan === 'custom'
    ? `${plans.get(spec.plan).label} ${stripesOf(spec)}`
    : plans.get(spec.plan).label;

/** Equal for runs that differ only in the seed. */
const kindOf = ({ seed: _, ...rest }: RunSpec): string =>
  JSON.stringify(Object.entries(rest).sort());

/** Runs of one kind, over their seeds. */
export interface Seeds {
  readonly label: string;
  readonly spec: RunSpec; // of the first; the others differ only in the seed
  readonly results: readonly Result[]; // by seed
  /** Another group has the same plan, on the same text at the same context, with a smaller window or other stripes. */
  readonly control: boolean;
}

export function bySeeds(results: readonly Result[]): readonly Seeds[] {
  const kinds = new Map<string, Result[]>();
  for (const result of results) {
    const kind = `${kindOf(result.spec)} ${result.place ?? ''}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), result]);
  }
  const groups = [...kinds.values()]
    .map((group) => [...group].sort((a, b) => a.spec.seed - b.spec.seed))
    .map((group) => ({ name: group[0]!.name, spec: group[0]!.spec, results: group }))
    .sort(
      (a, b) =>
        (a.results[0]!.place ?? 0) - (b.results[0]!.place ?? 0) ||
        order(a.spec) - order(b.spec) ||
        a.spec.context - b.spec.context ||
        a.spec.window - b.spec.window,
    );
  return groups.map(({ name, spec, results: own }, i) => {
    const same = (other: (typeof groups)[number]) =>
      other.name === undefined && beside(other.spec, spec);
    const windows = groups
      .filter((other) => same(other) && labelOf(other.spec) === labelOf(spec))
      .map((other) => other.spec.window);
    const several = name === undefined && new Set(windows).size > 1;
    return {
      label: several ? `${labelOf(spec)}, W ${spec.window}` : (name ?? labelOf(spec)),
      spec,
      results: own,
      control: name === undefined && groups.slice(0, i).some(same),
    };
  });
}

const order = ({ plan, groupSize, place }: RunSpec) =>
  100 * plans.get(plan).order + groupSize + (place === 'last' ? 0.5 : 0);

/** The same plan on the same text at the same context. */
const beside = (a: RunSpec, b: RunSpec) =>
  a.plan === b.plan && a.task === b.task && a.context === b.context;

/** The label at a curve's end: the plan's name alone if unique in the figure, otherwise how it differs. */
export function shortOf(group: Seeds, all: readonly Seeds[]): string {
  const { name, spec } = group.results[0]!;
  const several = all.filter((other) => other.spec.plan === spec.plan).length > 1;
  if (name !== undefined) return name;
  if (!several) return plans.get(spec.plan).label;
  return spec.plan === 'grouped' ? stripesOf(spec) : group.label;
}

/** Training FLOPs needed per step, counted from the spec. */
export const flopsPerStep = (spec: RunSpec): number =>
  trainingFlops(modelSpecOf(spec), 'host').needed * spec.batch * spec.context;

/** A comparison's runs as results: its own, and those of other seeds trained to the same step. */
export function resultsOfRuns(
  runs: readonly Omit<EvaluatedRun, 'place'>[],
  repeats: readonly {
    readonly run: number;
    readonly seed: number;
    readonly validations: EvaluatedRun['validations'];
    readonly evaluation: NonNullable<EvaluatedRun['evaluation']>;
  }[],
  origin: Pick<Result, 'backend' | 'machine' | 'made' | 'program'>,
): readonly Result[] {
  const last = Math.max(0, ...runs.map(({ evaluation }) => evaluation?.step ?? 0));
  // Evaluations at another step cannot be compared.
  const own = runs.map(({ evaluation, ...run }, place): EvaluatedRun => ({
    ...run,
    place,
    ...(evaluation?.step === last && { evaluation }),
  }));
  const others = repeats.flatMap(({ run, seed, validations, evaluation }) => {
    const first = own[run];
    if (!first || evaluation.step !== last) return [];
    return [{ ...first, spec: { ...first.spec, seed }, validations, evaluation }];
  });
  return [...own, ...others]
    .filter(({ validations, evaluation }) => validations.length > 0 || evaluation)
    .map((run) => resultOfRun(run, origin));
}

export type Origin = 'recorded' | 'live' | 'file';

const ORIGINS: Record<Origin, string> = {
  recorded: 'Recorded',
  live: 'Measured in this page',
  file: 'Measured before, from a file,',
};

const BACKENDS: Readonly<Record<string, string>> = {
  webgpu: 'WebGPU',
  wasm: 'WebAssembly',
  cpu: 'JavaScript',
  tfjs: 'TensorFlow.js',
};

/** Where the numbers come from, in a sentence: what, where, when. */
export function provenanceOf(origin: Origin, results: readonly Result[]): string {
  if (results.length === 0) return '';
  const all = <T>(of: (result: Result) => T) => [...new Set(results.map(of))];
  const seeds = all(({ spec }) => spec.seed).sort((a, b) => a - b);
  const steps = all((result) => result.steps).sort((a, b) => a - b);
  const perStep = all(({ spec }) => spec.batch * spec.context).sort((a, b) => a - b);
  const windows = all(({ spec }) => spec.window).sort((a, b) => a - b);
  const spreads = all(({ spec }) => spec.spread).filter((spread) => spread !== NARROW);
  const { spec } = results[0]!;
  const parts = [
    `${ORIGINS[origin]} on ${listed(all(({ spec: { task } }) => sources.get(task).label))}`,
    `${seeds.length === 1 ? 'seed' : 'seeds'} ${seeds.join(', ')}`,
    `${listed(steps.map(formatInteger), 'or')} steps of ${listed(perStep.map(formatInteger), 'or')} tokens`,
    `${spec.layers} layers, width ${spec.width}, ${spec.heads} ${spec.heads === 1 ? 'head' : 'heads'}`,
    `W ${listed(windows.map(String))}, C ${spec.chunk}`,
    `learning rate ${plain(spec.rate)}`,
    ...spreads.map((spread) => `embedding initialised with spread ${plain(spread)}`),
    listed(all(({ backend }) => BACKENDS[backend] ?? backend)),
    all(({ machine }) => machine).join('; '),
    `Zebra Lab ${all(({ program }) => program).join(', ')}`,
    all(({ made }) => made).join(', '),
  ];
  return `${parts.join(' · ')}.`;
}
