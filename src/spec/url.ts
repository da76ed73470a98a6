/** @file A spec as readable `key=value` pairs and back. Whatever a URL says, the result is a spec that can run. */
import { fitting, inFull } from '../attention/rowNames';
import { patterns } from '../attention/registry';
import { InputError } from '../core/check';
import { LONGEST_READ } from '../core/link';
import { allows, clampParam } from '../core/params';
import { lettersOf } from '../data/alphabet';
import { sources } from '../data/registry';
import { checkRun } from './check';
import { canPack, isOwnText, type RunSpec, type Setting } from './run';
import { CONTROLS, DEFAULTS, type Control } from './controls';
import { fitStripes } from './stripes';

const VERSION = '1';

/** Everything that differs from the defaults, always with the version and the seed: 'v=1&plan=local&seed=1'. */
export function toQuery(spec: RunSpec): string {
  const pairs = CONTROLS.filter(({ name }) => name === 'seed' || spec[name] !== DEFAULTS[name]).map(
    ({ name }) => `${name}=${encodeURIComponent(String(spec[name]))}`,
  );
  return fitting([`v=${VERSION}`, ...pairs].join('&'));
}

export interface ParsedQuery {
  readonly spec: RunSpec;
  /** It sets nothing but the backend, so the page opens with its own preset. */
  readonly blank: boolean;
  /** What was clamped or ignored, in words; empty if everything was understood. */
  readonly notes: readonly string[];
  /** Pairs that are not settings, for the page: hide, lock, embed, projector, show, at. */
  readonly rest: ReadonlyMap<string, string>;
}

/** Keys of the URL that are not settings. */
const OTHERS = new Set(['v', 'hide', 'lock', 'embed', 'projector', 'show', 'at']);

/** What a query requests. A setting it leaves out has its value from DEFAULTS, as in every link ever written. */
export function fromQuery(query: string): ParsedQuery {
  const notes: string[] = [];
  const rest = new Map<string, string>();
  const settings: Partial<Record<Setting, RunSpec[Setting]>> = {};
  if (query.length > LONGEST_READ)
    notes.push(`the address is longer than ${LONGEST_READ} characters; the rest was not read`);

  for (const pair of query.slice(0, LONGEST_READ).split('&')) {
    if (!pair) continue;
    const [key, text] = splitPair(pair);
    const control = CONTROLS.find(({ name }) => name === key);
    if (control) {
      const read = readValue(control, text);
      if (read.note) notes.push(read.note);
      if (read.value !== undefined) settings[control.name] = read.value;
    } else if (OTHERS.has(key)) {
      rest.set(key, text);
      if (key === 'v' && text !== VERSION)
        notes.push(`the address is of version ${shown(text)}; read as version ${VERSION}`);
    } else {
      notes.push(`${shown(key)} is not a setting; ignored`);
    }
  }
  const blank = rest.size === 0 && Object.keys(settings).every((name) => name === 'backend');
  return { spec: runnable({ ...DEFAULTS, ...settings } as RunSpec, notes), blank, notes, rest };
}

/** Text from outside as shown in a message: short, and quoted. */
const shown = (text: string) => `'${text.length > 24 ? `${text.slice(0, 24)}…` : text}'`;

function splitPair(pair: string): [key: string, value: string] {
  const at = pair.indexOf('=');
  const [key, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
  return [decode(key), decode(value)];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray % is taken literally
  }
}

function readValue(
  control: Control,
  text: string,
): { readonly value?: RunSpec[Setting]; readonly note?: string } {
  const { name } = control;
  switch (control.kind) {
    case 'number': {
      const number = text.trim() === '' ? NaN : Number(text) + 0; // -0 is 0
      // A link can request whatever a file or a lesson can, even between the stops of a slider.
      const value = allows(control.param, number) ? number : clampParam(control.param, number);
      return value === number
        ? { value }
        : { value, note: `${name}=${shown(text)} became ${value}` };
    }
    case 'choice': {
      if (!control.options.some((option) => option.value === text)) {
        return { note: `${name}=${shown(text)} is not known; ${DEFAULTS[name]} is used` };
      }
      return { value: typeof DEFAULTS[name] === 'number' ? Number(text) : text };
    }
    case 'stripes': {
      const known = new Set([...patterns.all.map(({ letter }) => letter), ...'123456789']);
      const letters = [...text]
        .filter((letter) => known.has(letter))
        .join('')
        .slice(0, 64);
      return letters === text
        ? { value: letters }
        : { value: letters, note: `${name}=${shown(text)} became '${letters}'` };
    }
    case 'alphabet':
      try {
        lettersOf(text);
        return { value: text };
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        return { note: `${error.message}; those of the site are used` };
      }
    case 'masks':
      return { value: inFull(text) }; // the plan checks whether they can be read
  }
}

/**
 * Adjusts values that are allowed individually but not in combination; falls back to the defaults if that is not
 * enough.
 */
function runnable(spec: RunSpec, notes: string[]): RunSpec {
  const adjusted = adjust(spec);
  for (const { name } of CONTROLS) {
    if (adjusted[name] !== spec[name])
      notes.push(
        `${name} became ${adjusted[name] === '' ? 'empty' : adjusted[name]} so that the model can be built`,
      );
  }
  const problem = problemOf(adjusted);
  if (problem === undefined) return adjusted;
  // A mistake in a mask or in the stripes is no reason to lose the rest of the link.
  const { plan, stripes, masks } = DEFAULTS;
  const otherwise = adjust({ ...adjusted, plan, stripes, masks });
  if (problemOf(otherwise) === undefined) {
    notes.push(`${problem}; the plan is ${plan} instead`);
    return otherwise;
  }
  notes.push(`${problem}; the defaults are used`);
  return DEFAULTS;
}

/** Why these settings are impossible, in words; undefined if they are possible. */
function problemOf(spec: RunSpec): string | undefined {
  try {
    checkRun(spec);
    return undefined;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.message;
  }
}

/**
 * The nearest settings that fit together: as many stripes as layers, heads that divide the width, room for the
 * distance, documents apart only if possible.
 */
export function adjust(spec: RunSpec): RunSpec {
  const share = spec.heads % spec.share === 0 ? spec.share : 1;
  const unit = 4 * spec.heads;
  const width = Math.max(unit, Math.round(spec.width / unit) * unit);
  const stripes = fitStripes(spec.stripes, spec.layers);
  const source = sources.get(spec.task);
  const room = source.kind === 'task' ? source.maxDistance(spec.context) : Infinity;
  const distance = room >= 1 ? Math.min(spec.distance, room) : spec.distance;
  const adjusted = {
    ...spec,
    alphabet: isOwnText(spec) ? spec.alphabet : '',
    share,
    width,
    stripes: spec.plan === 'custom' ? stripes : spec.stripes,
    distance,
  };
  return { ...adjusted, documents: canPack(adjusted) ? spec.documents : 'off' };
}
