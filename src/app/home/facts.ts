/**
 * @file What the home page shows of the recorded comparison, as plain data. The build computes it (scripts/pages/home.mjs):
 * computing it in the browser would take plans, tasks, costs and the reader of recordings, three times the page itself.
 */
import { reach } from '../../attention/reach';
import { toAddress } from '../../compare/address';
import { specsOf } from '../../compare/comparison';
import { share } from '../../compare/finding';
import { packWeights } from '../../compare/ring';
import { comparisonOf, starts } from '../../compare/starts';
import { verdictOf } from '../../compare/verdict';
import { formatInteger } from '../../core/units';
import { sources } from '../../data/registry';
import { LONGEST, priceAt } from '../../figures/growth';
import { modelSpecOf, type ModelSpec } from '../../spec/model';
import { questionOf } from '../runs/findingOfRuns';
import type { Alive, PackedAlive } from './alive';
import { aliveOf } from './recorded';
import { sayAlive } from './sayAlive';

/** The start whose recording is shown; the page shows its runs in this order. */
const START = 'needle';
const PLANS = ['local', 'grouped', 'global'] as const;

/** One run: its layers and its price, known before the recording is loaded. */
export interface PanelFacts {
  readonly context: number; // T
  readonly patterns: readonly string[]; // [layer]
  readonly reach: number; // tokens
  readonly prices: readonly {
    readonly label: string;
    /** Shares of the price of all-global layers, at the context and at the longest length. */
    readonly here: string;
    readonly far: string;
  }[];
}

export interface HomeFacts {
  readonly local: PanelFacts;
  readonly grouped: PanelFacts;
  /** The price of global layers alone, in full. */
  readonly global: {
    readonly context: number; // T
    readonly here: { readonly flops: string; readonly cache: string };
    readonly far: { readonly flops: string; readonly cache: string };
  };
  readonly longest: string;
  /** '; guessing gets 13 % right', or nothing. */
  readonly guessing: string;
  /** The query of the comparison's URL. */
  readonly compare: string;
}

export interface HomeRecording {
  readonly finding: string;
  readonly runs: readonly PackedAlive[];
}

const comparison = comparisonOf(starts.get(START));
const { shared, runs } = comparison;
const shown = { shared, runs: PLANS.map((plan) => runs.find(({ own }) => own.plan === plan)!) };
const [local, grouped, global] = specsOf(shown).map(modelSpecOf) as [
  ModelSpec,
  ModelSpec,
  ModelSpec,
];
const { measure } = questionOf(sources.get(shared.task), shared);

/** The path of the recording, relative to the site's root. */
export const RECORDING = `recorded/races/${START}.json`;

export function homeFacts(): HomeFacts {
  return {
    local: panelOf(local),
    grouped: panelOf(grouped),
    global: {
      context: global.context,
      here: writtenAt(global, global.context),
      far: writtenAt(global, LONGEST),
    },
    longest: formatInteger(LONGEST),
    guessing:
      measure.of === 'answers' && measure.chance !== undefined
        ? `; guessing gets ${share(measure.chance)} right`
        : '',
    compare: toAddress(comparison),
  };
}

const panelOf = (model: ModelSpec): PanelFacts => ({
  context: model.context,
  patterns: model.layers.map(({ pattern }) => pattern),
  reach: reach(model.layers, model.context),
  prices: (
    [
      { id: 'flops', label: 'Attention FLOPs' },
      { id: 'cache', label: 'KV cache' },
    ] as const
  ).map(({ id, label }) => ({
    label,
    here: priceAt(model, id, model.context).percent,
    far: priceAt(model, id, LONGEST).percent,
  })),
});

const writtenAt = (model: ModelSpec, T: number) => ({
  flops: priceAt(model, 'flops', T).written,
  cache: priceAt(model, 'cache', T).written,
});

/** Throws InputError if the recording does not contain the runs. */
export function homeRecording(text: string): HomeRecording {
  const alive = aliveOf(text, shown);
  return { finding: findingOf(alive), runs: alive.map(packed) };
}

function findingOf(alive: readonly Alive[]): string {
  const verdict = verdictOf(
    alive.map((run) => ({ ...run, repeats: [] })),
    measure,
  );
  if (!verdict || measure.of !== 'answers' || measure.chance === undefined) return '';
  const said = PLANS.map((plan, i) => [
    plan,
    { right: verdict.scores[i]!, standing: verdict.standings[i]! },
  ]);
  return sayAlive(
    Object.fromEntries(said) as Parameters<typeof sayAlive>[0],
    priceAt(grouped, 'flops', LONGEST),
    measure.chance,
    alive[0]!.steps,
  );
}

/** Recorded weights are a byte each, so they lose nothing here. */
const packed = ({ moments, ...run }: Alive): PackedAlive => ({
  ...run,
  moments: moments.map(({ step, layers }) => ({
    step,
    layers: layers.map((weights) => btoa(String.fromCharCode(...packWeights(weights)))),
  })),
});
