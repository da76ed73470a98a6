/** @file What the Python package brings: files, a mask as written or a config, as documents of the workbench. */
import { brief, numbersIn, rowsIn, type Expression } from '../attention/expression';
import { readRows } from '../attention/given';
import { MAX_TOKENS } from '../attention/mask';
import { check, InputError } from '../core/check';
import { readConfig } from '../masks/configs';
import type { ConfigLayers } from '../masks/configLayer';
import { Desk } from '../masks/desk';
import { layerOf, MIN_TOKENS, type MaskDoc } from '../masks/doc';
import type { Choice, Said } from '../masks/foreign/brought';
import type { Named } from '../masks/foreign/foreign';
import { ROLES, type Role } from '../masks/foreign/axes';
import { isConfig } from '../masks/isConfig';
import { docOfConfig, tokensFor, type Opened } from '../masks/opened';
import { readPlan } from '../masks/planText';
import type { Answer, More } from '../masks/questions';
import { readJson } from '../masks/save';

/** How the user says the numbers of a file are to be read, as on the page. */
export interface ReadAs {
  readonly allowed?: 'nonzero' | 'zero' | 'additive';
  readonly axes?: readonly string[];
  /** For lists of tokens: whether a token reads only what comes before it. */
  readonly causal?: boolean;
}

/** One mask, or one stack, of what was brought. */
export interface Piece {
  /** Which array and plane, in words; empty if there is only one. */
  readonly of: string;
  readonly opened: Pick<Opened, 'doc' | 'says' | 'meant'> & { readonly more?: More };
  /** What the user must decide before findings mean anything: a clause. */
  readonly unsettled?: string;
  readonly config?: ConfigLayers;
  /** The type of its numbers, as named in the file. */
  readonly dtype?: string;
  /** Findings of this plane next to the others: wrong only if it is meant as they are. */
  readonly beside?: Answer<'findings'>;
}

export interface Pieces {
  readonly pieces: readonly Piece[];
  /** Arrays that are not masks, or were not looked at. */
  readonly unread: readonly { readonly name: string; readonly why: string }[];
  /** A config or masks of this site among the files: the intended masks of the others. */
  readonly meant?: MaskDoc;
}

/** Combinations of text and head of a stack that are looked at. */
const MAX_PARTS = 64;

/**
 * `expected`: whether the user says what the masks should be. Then numbers other than 0 let a query read, unless the
 * user says otherwise or the name of the array does: an inverted mask must differ from what is expected.
 */
export async function piecesOf(
  files: readonly Named[],
  readAs: ReadAs,
  expected = false,
): Promise<Pieces> {
  const { arrays, docs } = sorted(files);
  const [first] = docs;
  if (arrays.length === 0) {
    check(first, 'no file was given');
    check(
      docs.length === 1,
      `${docs.length} configs or saved masks were given at once; give one, or one with masks to compare`,
    );
    return { pieces: [first], unread: [] };
  }
  check(
    docs.length < 2,
    `${docs.length} configs or saved masks were given with the masks; give one, which says what they should be`,
  );
  return {
    ...(await openedArrays(arrays, readAs, expected || first !== undefined)),
    ...(first && { meant: first.opened.doc }),
  };
}

function sorted(files: readonly Named[]) {
  const arrays: Named[] = [];
  const docs: Piece[] = [];
  for (const { name, bytes } of files) {
    const text = name.endsWith('.json') || bytes[0] === 123 ? textOf(bytes) : undefined;
    const doc = text === undefined ? undefined : readJson(text);
    if (doc) docs.push({ of: '', opened: { doc, says: 'Masks saved on the site.' } });
    else if (text !== undefined && isConfig(text)) docs.push(ofConfig(text));
    else arrays.push({ name, bytes });
  }
  return { arrays, docs };
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder().decode(bytes);
  } catch {
    return undefined;
  }
}

function ofConfig(text: string): Piece {
  const config = readConfig(text);
  const doc = docOfConfig(config);
  return {
    of: '',
    config,
    opened: {
      doc,
      says: `${config.layers.length} layers. ${config.convention}.`,
      ...(config.unused && { more: { unused: config.unused } }),
    },
  };
}

/** Masks as written, over `keys` tokens; by default, enough to show the widest window. */
export function ofText(
  text: string,
  {
    keys,
    queries,
    window,
  }: { readonly keys?: number; readonly queries?: number; readonly window?: number | undefined },
): Piece {
  // The window of masks as written is part of their terms.
  const expressions = readPlan(text, /[a-z]/.test(text) ? {} : { window });
  const T = keys === undefined ? enough(expressions) : tokens(keys);
  return {
    of: '',
    opened: {
      doc: {
        T,
        ...(queries !== undefined && queries !== T && { queries: tokens(queries, 1, 'queries') }),
        layers: expressions.map(layerOf),
      },
      says: `${[...new Set(expressions.map(brief))].join('; ')}, over ${T} tokens.`,
    },
  };
}

function tokens(count: number, least = MIN_TOKENS, what = 'keys'): number {
  check(
    Number.isSafeInteger(count) && count >= least && count <= MAX_TOKENS,
    `${what} is ${count}; masks of ${least} to ${MAX_TOKENS} are read`,
  );
  return count;
}

/** Tokens that show what the terms say: those of given rows, or enough for the largest number. */
function enough(expressions: readonly Expression[]): number {
  const given = expressions.flatMap(rowsIn).map((rows) => readRows(rows).T);
  if (given.length > 0) return Math.max(...given);
  return tokensFor(
    Math.max(1, ...expressions.flatMap(numbersIn).filter((one) => one < MAX_TOKENS)),
  );
}

async function openedArrays(
  files: readonly Named[],
  { axes, ...asked }: ReadAs,
  expected: boolean,
): Promise<Pick<Pieces, 'pieces' | 'unread'>> {
  const said: Said & typeof asked = { ...asked, ...(axes && { axes: rolesOf(axes) }) };
  const polarity = asked.allowed && { polarity: asked.allowed };
  const desk = new Desk();
  const open = async (which: readonly number[], name: string) => {
    const pieces = await planesOf(desk, which, name, { ...said, ...polarity });
    if (!expected || polarity || !pieces.some(({ opened }) => isGuessed(opened))) return pieces;
    // Zeros that are floats block nothing where they are added to scores.
    const zeros = pieces.every(
      ({ opened: { more }, dtype }) => more?.reading?.constant && isFloat(dtype),
    );
    const as = zeros ? ({ polarity: 'additive' } as const) : NOT_INVERTED;
    return planesOf(desk, which, name, { ...said, ...as });
  };
  const { look } = await desk.answer({ kind: 'open', files });
  const labels = look.choices[0]?.labels;
  if (!labels || look.stacks)
    return {
      pieces: await open(labels ? [0] : [], ''),
      unread: [],
    };
  let arrays = await desk.answer({ kind: 'arrays' });
  while (arrays.done < arrays.of) arrays = await desk.answer({ kind: 'arrays' });
  const pieces: Piece[] = [];
  const unread = [...arrays.unread];
  for (const [which, { name, refused }] of arrays.all.entries()) {
    if (refused !== undefined) unread.push({ name, why: refused });
    else pieces.push(...(await open([which], name)));
  }
  check(
    pieces.length > 0,
    `none of the ${unread.length} arrays is a mask: ${unread
      .slice(0, 3)
      .map(({ name, why }) => `${name}, ${why}`)
      .join('; ')}`,
  );
  return { pieces, unread };
}

export const NOT_INVERTED = {
  polarity: 'nonzero',
  because: 'numbers that are compared with an expected mask are read so, unless you say otherwise',
} as const;

/** Whether its cells, and nothing else, made zeros let a query read, or left open what does. */
export function isGuessed({ more }: Piece['opened']): boolean {
  const reading = more?.reading;
  if (reading?.by !== 'cells' || reading.allowed === 'additive') return false;
  return reading.allowed === 'zero' || !reading.sure;
}

const isFloat = (dtype = '') => /^[<>=|]?(b?f|float)\d/i.test(dtype);

function rolesOf(axes: readonly string[]): readonly Role[] {
  const wrong = axes.find((one) => !ROLES.includes(one as Role));
  check(wrong === undefined, `an axis is called '${wrong}'; the axes are ${ROLES.join(', ')}`);
  return axes as readonly Role[];
}

type Picking = Omit<Parameters<Desk['answer']>[0] & { kind: 'pick' }, 'kind' | 'picked'>;

/** Every plane of an array that differs from those before it, as the page shows it when it is picked. */
async function planesOf(
  desk: Desk,
  which: readonly number[],
  name: string,
  said: Picking,
): Promise<readonly Piece[]> {
  const shown = await desk.answer({ kind: 'pick', picked: which, ...said });
  const { look } = shown;
  const own = look.choices.slice(which.length);
  const piece = ({ opened }: Answer<'pick'>, of: string): Piece => ({
    of,
    opened,
    dtype: look.dtype,
    ...unsettledOf(opened),
  });
  if (own.every(({ count }) => count === 1)) return [piece(shown, name)];
  const axes = look.axes && { axes: look.axes.roles };
  const picks = (place: readonly number[]) =>
    desk.answer({ kind: 'pick', picked: [...which, ...place], ...said, ...axes });
  if (look.stack !== undefined) {
    const seen = new Set<string>();
    const pieces: Piece[] = [];
    for (const place of placesOn(own).slice(0, MAX_PARTS)) {
      const one = await picks(place);
      const sign = JSON.stringify(one.opened.doc);
      if (seen.has(sign)) continue;
      seen.add(sign);
      pieces.push(piece(one, joined(name, sayPlace(own, place))));
    }
    return pieces;
  }
  const asked = { kind: 'planes', picked: which, ...said, ...axes } as const;
  let planes = await desk.answer(asked);
  while (planes.done < planes.of) planes = await desk.answer(asked);
  const pieces: Piece[] = [];
  for (const { planes: places, count, findings, asOthers, refused } of planes.alike) {
    const of = joined(
      name,
      `${sayPlace(own, places[0]!)}${count > 1 ? ` and ${count - 1} more` : ''}`,
    );
    if (refused !== undefined) throw new InputError(`${of}: ${refused}`);
    const one = planes.alike.length === 1 ? shown : await picks(places[0]!);
    pieces.push({
      ...piece(one, planes.alike.length === 1 ? name : of),
      ...(asOthers && { beside: findings }),
    });
  }
  return pieces;
}

const joined = (...words: readonly string[]) => words.filter((one) => one !== '').join(', ');

const sayPlace = (axes: readonly Choice[], place: readonly number[]): string =>
  axes.flatMap(({ name, count }, i) => (count > 1 ? [`${name} ${place[i]}`] : [])).join(', ');

function placesOn(axes: readonly Choice[]): readonly (readonly number[])[] {
  return axes.reduce<readonly (readonly number[])[]>(
    (places, { count }) =>
      places.flatMap((place) => Array.from({ length: count }, (_, i) => [...place, i])),
    [[]],
  );
}

/** As the page asks: the cells may not show which numbers allow a key. */
function unsettledOf({ more }: Opened): Pick<Piece, 'unsettled'> {
  const reading = more?.reading;
  if (!reading || reading.sure || reading.by === 'person') return {};
  if (reading.allowed === 'additive' && reading.one !== '1') return {};
  return { unsettled: `say what ${reading.one} means in this mask` };
}
