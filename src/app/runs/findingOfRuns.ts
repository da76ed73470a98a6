/** @file Collects the facts about the runs of the Compare page from which src/compare/finding.ts makes a sentence. */
import { maskFacts } from '../../attention/facts';
import { reach } from '../../attention/reach';
import { patterns } from '../../attention/registry';
import { findingOf, type Contender, type Finding, type Question } from '../../compare/finding';
import { LONGEST, TRAINING, unpriced } from '../../figures/growth';
import { random } from '../../core/random';
import type { Source, Task } from '../../data/source';
import type { RunSpec } from '../../spec/run';
import type { Session } from '../../session/session.svelte';
import type { Compare } from '../../state/compare.svelte';

/** The question the runs answer, as far as the wording needs it. */
export function questionOf(source: Source, spec: RunSpec): Question {
  const { context, warmup } = spec;
  if (source.kind !== 'task') return { measure: { of: 'text' }, context, far: LONGEST, warmup };
  return {
    measure: {
      of: 'answers',
      ...(source.chance !== undefined && { chance: source.chance }),
      together: scoredTogether(source, spec),
    },
    context,
    far: LONGEST,
    distance: spec.distance,
    warmup,
  };
}

/** Scored tokens per example; at least 1, also for settings that cannot run. */
function scoredTogether(task: Task, { context, distance, seed }: RunSpec): number {
  if (distance > task.maxDistance(context)) return 1;
  const { weights } = task.example(random(seed, 'together'), context, distance);
  return Math.max(
    1,
    weights.reduce((a, b) => a + b, 0),
  );
}

/** The reach of a run's layers. */
export type Sight = Pick<Contender, 'reach' | 'leaks'>;

/** Expensive enough to cache. */
export const sightsOf = ({ models }: Pick<Session, 'models'>): readonly Sight[] =>
  models.map(({ layers, context }) => ({
    reach: reach(layers, context),
    leaks: layers.some(
      // A contiguous range of keys that ends at the query contains no future keys.
      (layer) =>
        !patterns.get(layer.pattern).firstKey && maskFacts(layer, context).future !== undefined,
    ),
  }));

export function findingOfRuns(
  { session, costs, measured }: Pick<Compare, 'session' | 'costs' | 'measured'>,
  sights: readonly Sight[],
): Finding {
  return findingOf(
    session.specs.map((_, i) => {
      const { steps, validations } = session.histories[i] ?? { steps: [], validations: [] };
      const { needed, tokens } = costs[i]!;
      return {
        name: session.names[i]!,
        validations,
        repeats: (session.past.saved?.repeats ?? measured.repeats).filter(({ run }) => run === i),
        flops: needed / tokens,
        ...(!unpriced(session.models[i]!, LONGEST) && {
          farFlops: TRAINING.of(session.models[i]!, LONGEST),
        }),
        ...sights[i]!,
        step: steps.length,
        stopped: session.past.saved === undefined && session.runs[i]?.state.phase === 'failed',
      };
    }),
    questionOf(session.source, session.built.shared),
  );
}
