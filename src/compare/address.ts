/**
 * @file A comparison to and from the URL: `v=1&context=128&seed=1&run=local;window:8&run=grouped;name:Mine&x=tokens`.
 *
 * Shared settings are written as the Lab writes them, so a link to the Lab can be read too; without `run`, the runs are
 * the four of the paper. Whatever the URL contains, the result can run.
 */
import { fitting } from '../attention/rowNames';
import { plans } from '../attention/plans';
import { LONGEST_READ } from '../core/link';
import type { RunSpec } from '../spec/run';
import { DEFAULTS } from '../spec/controls';
import { fromQuery, toQuery } from '../spec/url';
import { AXES, axisOf, type AxisId } from './axes';
import {
  MIN_RUNS,
  MAX_RUNS,
  OWN,
  ownOf,
  paperRuns,
  specOf,
  tidyName,
  type Comparison,
  type Entry,
} from './comparison';

export interface Address {
  /** It sets nothing but the backend, so the page opens with its own comparison. */
  readonly blank: boolean;
  readonly comparison: Comparison;
  readonly axis: AxisId;
  readonly notes: readonly string[];
  /** Pairs for the page: at, embed. */
  readonly rest: ReadonlyMap<string, string>;
}

export function toAddress(comparison: Comparison, axis: AxisId = 'steps'): string {
  const shared = toQuery({ ...comparison.shared, ...ownOf(DEFAULTS) });
  const runs = comparison.runs.map(
    (entry) => `run=${pairsOf(specOf(comparison, entry), entry.name)}`,
  );
  const usual = paperRuns(DEFAULTS).map((entry) => `run=${pairsOf({ ...DEFAULTS, ...entry.own })}`);
  return fitting(
    [
      shared,
      ...(runs.join('&') === usual.join('&') ? [] : runs),
      ...(axis === 'steps' ? [] : [`x=${axis}`]),
    ].join('&'),
  );
}

/** 'grouped;groupSize:4;name:Mine': the plan, what differs from the defaults, the name. */
function pairsOf(spec: RunSpec, name?: string): string {
  const pairs = OWN.filter((key) => key !== 'plan' && spec[key] !== DEFAULTS[key]).map(
    (key) => `${key}:${encodeURIComponent(String(spec[key]))}`,
  );
  return [spec.plan, ...pairs, ...(name ? [`name:${encodeURIComponent(name)}`] : [])].join(';');
}

export function fromAddress(query: string): Address {
  const notes: string[] = [];
  if (query.length > LONGEST_READ)
    notes.push(`the address is longer than ${LONGEST_READ} characters; the rest was not read`);
  const pairs = query.slice(0, LONGEST_READ).split('&').filter(Boolean);
  const others = pairs.filter((pair) => !/^(run|x)=/.test(pair));
  const parsed = fromQuery(others.join('&'));
  notes.push(...parsed.notes);

  const asked = pairs.filter((pair) => pair.startsWith('run=')).map((pair) => pair.slice(4));
  if (asked.length > MAX_RUNS)
    notes.push(
      `${asked.length} runs are more than the ${MAX_RUNS} that can be compared; the first ${MAX_RUNS} are`,
    );
  const runs = asked.slice(0, MAX_RUNS).map((text) => entryOf(text, parsed.spec, notes));
  const shared = parsed.spec;
  const usual = paperRuns(shared);
  if (runs.length > 0 && runs.length < MIN_RUNS) {
    const other = usual.find(({ own }) => own.plan !== runs[0]!.own.plan)!;
    runs.push(other);
    notes.push(`a comparison needs ${MIN_RUNS} runs; ${plans.get(other.own.plan).label} was added`);
  }

  const wanted = pairs.findLast((pair) => pair.startsWith('x='))?.slice(2);
  const axis = axisOf(wanted ?? 'steps');
  if (wanted !== undefined && !axis)
    notes.push(`x should be one of ${AXES.map(({ id }) => id).join(', ')}; steps are used`);
  return {
    blank: parsed.blank && asked.length === 0 && wanted === undefined,
    comparison: { shared, runs: runs.length > 0 ? runs : usual },
    axis: axis?.id ?? 'steps',
    notes,
    rest: parsed.rest,
  };
}

/** One run, read by the same code as the Lab's URL, so that it is clamped and checked in the same way. */
function entryOf(text: string, shared: RunSpec, notes: string[]): Entry {
  const [plan = '', ...pairs] = text.split(';');
  const split = pairs.map((pair) => {
    const at = pair.indexOf(':');
    return at < 0 ? ([pair, ''] as const) : ([pair.slice(0, at), pair.slice(at + 1)] as const);
  });
  const own = split.filter(([key]) => (OWN as readonly string[]).includes(key) && key !== 'plan');
  const unknown = split.find(
    ([key]) => key !== 'name' && !(OWN as readonly string[]).includes(key),
  );
  if (unknown) notes.push(`'${unknown[0].slice(0, 24)}' is not a setting of a run; ignored`);
  const base = toQuery({ ...shared, plan: 'global' });
  const read = fromQuery(
    [base, `plan=${plan}`, ...own.map(([key, value]) => `${key}=${value}`)].join('&'),
  );
  notes.push(...read.notes);
  const name = tidyName(decode(split.find(([key]) => key === 'name')?.[1] ?? ''));
  return { ...(name && { name }), own: ownOf(read.spec) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray % is taken literally
  }
}
