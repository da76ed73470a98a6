/** @file The texts that runs were trained on: their order in the figures, the initial context, and descriptions. */
import { withinSentence } from '../core/sentence';
import { listed } from '../core/numbers';
import { formatInteger } from '../core/units';
import { sources } from '../data/registry';
import type { CorpusSource } from '../data/source';
import { localReach } from '../spec/run';
import { findingOfControl } from './finding';
import { contextsOf } from './lengths';
import { bySeeds, stripesOf, type Result } from './result';

export interface Text {
  readonly source: CorpusSource;
  readonly results: readonly Result[];
}

/** Tables come first, because what lies far back in them is known. */
export function textsOf(results: readonly Result[]): readonly Text[] {
  const found = new Map<string, Result[]>();
  for (const result of results) {
    const { task } = result.spec;
    if (sources.get(task).kind === 'corpus') found.set(task, [...(found.get(task) ?? []), result]);
  }
  return [...found]
    .map(([task, own]) => ({ source: sources.get(task) as CorpusSource, results: own }))
    .sort(
      (a, b) =>
        +!a.source.table - +!b.source.table || (a.source.order ?? 0) - (b.source.order ?? 0),
    );
}

const ASKED = ['global', 'grouped', 'local'];

/** Number of seeds that every required plan has. */
const complete = (results: readonly Result[], context: number) =>
  Math.min(
    ...ASKED.map(
      (plan) => results.filter(({ spec }) => spec.plan === plan && spec.context === context).length,
    ),
  );

/** Contexts of all the texts. */
export const contextsOfTexts = (texts: readonly Text[]): readonly number[] =>
  [...new Set(texts.flatMap(({ results }) => contextsOf(results)))].sort((a, b) => a - b);

/**
 * The initial context: for the first text the one with the most seeds, then one that most texts have, then the longest.
 */
export function contextFor(texts: readonly Text[]): number | undefined {
  const [first] = texts;
  if (!first) return undefined;
  const shared = (context: number) =>
    texts.filter(({ results }) => contextsOf(results).includes(context)).length;
  return [...contextsOf(first.results)].sort(
    (a, b) =>
      complete(first.results, b) - complete(first.results, a) || shared(b) - shared(a) || b - a,
  )[0];
}

/** 'G S G S · W 16 · 600 steps': how its runs at one context were trained. */
export function settingsOf(results: readonly Result[], context: number): string {
  const groups = bySeeds(results.filter(({ spec }) => spec.context === context));
  const all = <T>(values: readonly T[]) => [...new Set(values)];
  const stripes = all(
    groups.filter(({ spec }) => spec.plan === 'grouped').map(({ spec }) => stripesOf(spec)),
  );
  const windows = all(
    groups.filter(({ spec, control }) => spec.plan !== 'global' && !control).map(({ spec }) => spec.window),
  ); // prettier-ignore
  const steps = all(groups.map(({ results: own }) => formatInteger(own[0]!.steps)));
  return [
    ...(stripes.length > 0 ? [listed(stripes)] : []),
    ...(windows.length > 0 ? [`W ${windows.map(formatInteger).join(', ')}`] : []),
    `${listed(steps, 'or')} steps`,
  ].join(' · ');
}

/** Why these texts were chosen, and what they cannot show; placed before the figures based on them. */
export function wordsOfTexts(texts: readonly Text[], context: number): readonly string[] {
  const [first, ...others] = texts;
  if (!first?.source.table || others.length === 0) return [];
  const local = first.results.find(({ spec }) => spec.context === context && spec.plan === 'local');
  const spec = local?.spec;
  const reach = spec
    ? `; ${formatInteger(spec.layers)} local layers of window ${formatInteger(spec.window)} reach ${formatInteger(localReach(spec))}`
    : '';
  const far = ({ source: { far: words, summary } }: Text) =>
    withinSentence((words ?? summary).replace(/\.$/, ''));
  const control = findingOfControl(first.results, context);
  const enough = control?.suffices
    ? ' So for this text a window of one line is enough; the paper is about text whose distances nobody knows in advance.'
    : '';
  return [
    `${first.source.label}: ${far(first)}${reach}. The text was chosen because it shows the effect. ${listed(others.map(({ source }) => source.label))} is the counterexample: ${far(others[0]!)}. Two texts cannot tell how common either kind is.`,
    ...(control
      ? [`The control at ${formatInteger(context)} characters: ${control.sentence}${enough}`]
      : []),
  ];
}
