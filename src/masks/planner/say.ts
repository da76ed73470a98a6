/**
 * @file The planner's findings as sentences, built from its numbers: why a cache is as large as it is, and why two
 * differ.
 */
import { fixed, listed } from '../../core/numbers';
import { formatBytes, formatInteger } from '../../core/units';
import { cacheAt, tokenBytes, totalAt, type Priced } from './cache';
import { largest, unboundedAt } from './plan';

export interface Named {
  readonly name: string;
  readonly at: Priced;
}

/** How the layers of a model contribute to its cache. */
interface Parts {
  readonly layers: number;
  /** Keep every token. */
  readonly growing: number;
  /** Bytes per token in each of those, for one sequence; undefined: they differ. */
  readonly each: number | undefined;
  /** Bytes per further token, far beyond every window, for one sequence. */
  readonly slope: number;
  /** Layers with a window or a chunk, and the sizes. */
  readonly bounded: number;
  readonly windows: readonly number[];
  readonly states: number;
  readonly shared: number;
  readonly none: number;
}

function partsOf({ facts, how }: Priced): Parts {
  const full = how.keeping.windows === 'full';
  const keeping = facts.filter(({ perToken }) => perToken > 0);
  const growing = keeping.filter(
    ({ window, kind }) => full || (window === undefined && kind !== 'masked'),
  );
  const bounded = keeping.filter((one) => !growing.includes(one));
  const each = [...new Set(growing.map((one) => tokenBytes(one, how)))];
  const one = { ...how.keeping, page: 1, pool: false };
  const alone: Priced = {
    facts,
    how: { ...how, keeping: one, batch: 1 },
    layout: undefined,
  } as Priced;
  const far = 2 ** 22; // entries for several tokens divide evenly
  return {
    layers: facts.length,
    growing: growing.length,
    each: each.length === 1 ? each[0] : undefined,
    slope: bounded.some(({ kind }) => kind === 'masked')
      ? 0
      : (cacheAt(alone, 2 * far).keys - cacheAt(alone, far).keys) / far,
    bounded: bounded.length,
    windows: [
      ...new Set(bounded.flatMap(({ window }) => (window === undefined ? [] : [window]))),
    ].sort((a, b) => a - b),
    states: facts.filter(({ kind }) => kind === 'state').length,
    shared: facts.filter(({ sharedWith }) => sharedWith !== undefined).length,
    none: facts.filter(({ kind }) => kind === 'none').length,
  };
}

/** 5.98 → '6.0', 1.034 → '1.03', 71.1 → '71'. */
export const times = (ratio: number): string =>
  ratio >= 20 ? formatInteger(ratio) : ratio >= 1.1 ? fixed(ratio, 1) : fixed(ratio, 2);

const sequences = (batch: number) => (batch === 1 ? '' : `${formatInteger(batch)} × `);

/** The finding: the answer first, then the reason. */
export function finding({ name, at }: Named, T: number): readonly string[] {
  const { how, config, facts } = at;
  if (config.part === 'encoder')
    return [
      `The encoder of ${name} reads a whole source at once and keeps no cache; what its decoder keeps of the source is the decoder’s.`,
      ...tooLong(config.made, T),
    ];
  if (!config.causal)
    return [
      `${name} is an encoder: it reads a whole text at once and keeps no cache.`,
      ...tooLong(config.made, T),
    ];
  const { total, source } = cacheAt(at, T);
  const parts = partsOf(at);
  const size = `${name} keeps ${formatBytes(total)} for ${sequences(how.batch)}${formatInteger(T)} ${T === 1 ? 'token' : 'tokens'} in ${how.cache.id}${onEach(how.machines)}.`;
  const whys: string[] = [];
  if (parts.bounded > 0 && parts.windows.length > 0)
    whys.push(
      `${parts.bounded} of ${parts.layers} layers ${parts.bounded === 1 ? 'reads' : 'read'} no more than ${listed(parts.windows.map(formatInteger))} ${parts.windows.at(-1) === 1 ? 'token' : 'tokens'}${chunksOf(facts)}`,
    );
  if (parts.states > 0)
    whys.push(
      `${parts.states} of ${parts.layers} layers ${parts.states === 1 ? 'keeps' : 'keep'} a state that does not grow`,
    );
  if (parts.shared > 0)
    whys.push(
      `${parts.shared} of ${parts.layers} layers ${parts.shared === 1 ? 'reuses' : 'reuse'} what an earlier layer keeps`,
    );
  if (parts.none > 0)
    whys.push(
      `${parts.none} of ${parts.layers} layers ${parts.none === 1 ? 'has' : 'have'} no attention`,
    );
  const grows =
    parts.growing === 0
      ? 'none keeps every token'
      : parts.growing === parts.layers
        ? parts.layers === 1
          ? 'Its one layer keeps every token'
          : `All ${parts.layers} layers keep every token`
        : `${parts.growing} ${parts.growing === 1 ? 'keeps' : 'keep'} every token`;
  const each = formatBytes(parts.slope);
  const slope =
    parts.slope > 0
      ? parts.growing > 1
        ? `, together ${each} per token`
        : `, ${each} per token`
      : '';
  const why = whys.length === 0 ? `${grows}${slope}.` : `${listed(whys)}; ${grows}${slope}.`;
  const latent = facts.find((one) => one.latent && one.perToken > 0);
  const unbounded = unboundedAt(at, T);
  return [
    size,
    begun(why),
    ...tooLong(config.made, T),
    ...(source > 0
      ? [
          `${formatBytes(source)} of it are of the source, ${formatInteger(how.source ?? 0)} tokens that are read once and kept as they are.`,
        ]
      : []),
    ...(parts.bounded > 0 && unbounded > total
      ? [
          `Without ${facts.some(({ kind }) => kind === 'chunked') ? 'chunks' : 'windows'} it would be ${formatBytes(unbounded)}, ${times(unbounded / total)} times as much.`,
        ]
      : []),
    ...(latent
      ? [
          `MLA: a layer keeps one latent of ${formatInteger(latent.perToken)} numbers a token, where the keys alone of its ${config.heads} heads would be ${formatInteger(config.heads * config.headDim)}.`,
        ]
      : []),
  ];
}

/** Shown above the context length the file says the model was made for. */
const tooLong = (made: number | undefined, T: number): readonly string[] =>
  made !== undefined && T > made
    ? [`It was made for ${formatInteger(made)} tokens; its file says no more.`]
    : [];

/** Bytes are per machine. */
const onEach = (machines: number): string =>
  machines === 1 ? '' : `, on each of ${machines} GPUs`;

/** Chunks start over, whereas windows slide: mentioned if every bounded layer has chunks. */
const chunksOf = (facts: Priced['facts']): string =>
  facts.some(({ kind }) => kind === 'chunked') && facts.every(({ kind }) => kind !== 'local')
    ? ', those of their own chunk'
    : '';
const begun = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** Why the second keeps more or less than the first: the factors, and the length at which the order changes. */
export function difference(one: Named, two: Named, T: number): readonly string[] {
  const [a, b] = [totalAt(one.at, T), totalAt(two.at, T)];
  if (a === b) return [`At ${formatInteger(T)} tokens both keep ${formatBytes(a)}.`];
  const [less, more, small, large] = a < b ? [one, two, a, b] : [two, one, b, a];
  const said = [
    small === 0
      ? `At ${formatInteger(T)} tokens ${less.name} keeps nothing, ${more.name} ${formatBytes(large)}.`
      : `At ${formatInteger(T)} tokens ${less.name} keeps ${formatBytes(small)} and ${more.name} ${formatBytes(large)}, ${times(large / small)} times as much${onEach(one.at.how.machines)}.`,
  ];
  const [p, q] = [partsOf(less.at), partsOf(more.at)];
  const reasons: string[] = [];
  reasons.push(
    `${p.growing} of ${p.layers} layers of ${less.name} keep every token, against ${q.growing} of ${q.layers}`,
  );
  if (p.each !== undefined && q.each !== undefined)
    reasons.push(
      p.each === q.each
        ? `a token takes ${formatBytes(p.each)} in such a layer of either`
        : `in such a layer a token takes ${formatBytes(p.each)}, against ${formatBytes(q.each)}`,
    );
  if (p.slope > 0 && q.slope > 0)
    reasons.push(
      `so each further token costs ${formatBytes(p.slope)}, against ${formatBytes(q.slope)}`,
    );
  const held = (parts: Parts, { name, at }: Named) => [
    ...(parts.windows.length > 0
      ? [
          `${parts.bounded} ${parts.bounded === 1 ? 'layer' : 'layers'} of ${name} ${parts.bounded === 1 ? 'has' : 'have'} ${at.facts.some(({ kind }) => kind === 'chunked') ? 'chunks' : 'a window'} of ${listed(parts.windows.map(formatInteger))} tokens`,
        ]
      : []),
    ...(parts.states > 0
      ? [
          `${parts.states} of ${name} ${parts.states === 1 ? 'keeps' : 'keep'} states of ${formatBytes(cacheAt(at, T).states)} at any length`,
        ]
      : []),
  ];
  const rest = [...held(p, less), ...held(q, more)];
  said.push(`${begun(reasons.join('; '))}.`);
  if (rest.length > 0) said.push(`${listed(rest)}.`);
  const turn = turnOf(one.at, two.at);
  if (turn !== undefined)
    said.push(
      T > turn
        ? `Up to ${formatInteger(turn)} tokens it is the other way round.`
        : `Beyond ${formatInteger(turn)} tokens it is the other way round.`,
    );
  return said;
}

/** The last length before the order of the two changes for good, if it does. */
export function turnOf(one: Priced, two: Priced): number | undefined {
  const most = Math.min(one.most, two.most);
  const sign = (T: number) => Math.sign(totalAt(one, T) - totalAt(two, T));
  const end = sign(most);
  // Differences bend a few times at most: search by doubling, then by halving.
  let before: number | undefined;
  for (let T = 1; T < most; T *= 2) if (sign(T) === -end) before = T;
  if (before === undefined || end === 0) return undefined;
  const from = before;
  return from + largest(Math.min(most, 2 * from) - from, (n) => sign(from + n) !== end);
}
