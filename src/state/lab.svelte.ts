import { masksIn } from '../attention/masksIn';
import { onlyRun, specsOf } from '../compare/comparison';
import { encoded } from '../core/encoded';
import type { Engine } from '../workers/train/client';
import type { Later } from '../session/frames';
import { Session } from '../session/session.svelte';
import { OPENING, presets, specOfPreset } from '../spec/preset';
import type { RunSpec } from '../spec/run';
import { CONTROLS, DEFAULTS } from '../spec/controls';
import { fitStripes, withStripe } from '../spec/stripes';
import { fromQuery, toQuery } from '../spec/url';
import type { Asks, Driven } from './asks';
import { trainsInstead } from './letterWords';
import { Selection } from './selection.svelte';
import { sightOf, sightPairs, type Show } from './sight';

/** A replaced model is kept for undo only if it takes up at most this much memory; the new one is not counted. */
const MAX_HELD = 256 * 2 ** 20; // bytes

interface LabOptions {
  readonly query?: string;
  readonly text?: string;
  /** Preserves the user's own text across a reload. */
  readonly keep?: (text: string) => void;
  readonly later?: Later;
}

/** The Lab page: a session of one run, the URL that describes it, and the current view. */
export class Lab implements Asks, Driven {
  readonly session: Session;

  notes = $state.raw<readonly string[]>([]);
  rest = $state.raw(fromQuery('').rest);
  /** The number of a mask that was just added, from 1; the user writes its expression next. */
  fresh = $state.raw<number | undefined>();
  show = $state<Show>('weights');
  /** The enlarged map. */
  focus = $state.raw<{ readonly layer: number; readonly head: number } | undefined>();
  readonly selection = new Selection();

  hidden = $derived(namesIn(this.rest.get('hide')));
  fixed = $derived(namesIn(this.rest.get('lock')));
  embedded = $derived(this.rest.get('embed') === '1');

  /** The settings of the controls. */
  spec = $derived.by(() => specsOf(this.session.asked)[0]!);
  run = $derived.by(() => this.session.runs[0]!);
  model = $derived.by(() => this.session.models[0]!);
  instead = $derived.by(() =>
    trainsInstead(this.spec, this.session.training, this.session.refused),
  );
  preset = $derived.by(() =>
    presets.all.find((preset) => same(specOfPreset(preset, this.spec.backend), this.spec)),
  );
  /**
   * The URL of the run, or of the request that waits for a text: settings, the current view, and the other keys that
   * the URL had.
   */
  query = $derived.by(() =>
    [
      toQuery(specsOf(this.session.waiting ?? this.session.built)[0]!),
      ...[...this.rest]
        .filter(([key]) => !['v', 'show', 'at'].includes(key))
        .map(([key, value]) => `${key}=${encoded(value)}`),
      ...sightPairs(this.show, this.selection.lockedCell),
    ].join('&'),
  );

  constructor(engine: Engine, { query = '', ...options }: LabOptions = {}) {
    this.session = new Session(engine, {
      ...options,
      fallback: onlyRun(DEFAULTS),
      holds: MAX_HELD,
      built: ({ shared }) => this.#fit(shared),
    });
    this.session.begin(onlyRun(this.#read(query)));
  }

  /** Changes settings; the model follows after a pause. */
  change = (settings: Partial<RunSpec>) => {
    const next = { ...this.spec, ...settings };
    this.session.choose(settings);
    const stripes = fitStripes(next.stripes, next.layers);
    this.session.ask(onlyRun(next.plan === 'custom' ? { ...next, stripes } : next));
  };

  choose = (presetId: string) =>
    this.session.ask(onlyRun(specOfPreset(presets.get(presetId), this.spec.backend)), 0);

  /** Gives one layer another pattern: the plan becomes custom. */
  stripe = (layer: number, letter: string) => {
    const next = withStripe(this.run.spec, layer, letter);
    if (masksIn(next.masks).length > masksIn(this.run.spec.masks).length)
      this.fresh = Number(letter);
    this.change(next);
  };

  /** Opens a saved run: the same settings, continuing from its step, paused. */
  goOn = (spec: RunSpec, from: Uint8Array<ArrayBuffer>, text?: string) =>
    this.session.goOn(onlyRun(spec), { checkpoints: [from] }, text);

  /** The URL was changed by hand or by a link. URLs that we wrote come back unchanged and are ignored. */
  visit = (query: string) => {
    if (query !== this.query) this.session.ask(onlyRun(this.#read(query)), 0);
  };

  dispose() {
    this.session.dispose();
  }

  #read(query: string): RunSpec {
    const { spec: asked, blank, notes, rest } = fromQuery(query);
    const spec = blank ? { ...OPENING, backend: asked.backend } : asked;
    const sight = sightOf(rest, spec);
    this.session.link(onlyRun(spec));
    this.notes = [...notes, ...sight.notes];
    this.rest = rest;
    this.show = sight.show;
    this.selection.restore(sight.cell);
    return spec;
  }

  #fit({ layers, heads, context }: RunSpec) {
    this.selection.fit(layers, heads, context);
    if (this.focus && (this.focus.layer >= layers || this.focus.head >= heads))
      this.focus = undefined;
  }
}

const same = (a: RunSpec, b: RunSpec) => CONTROLS.every(({ name }) => a[name] === b[name]);

const namesIn = (list = ''): ReadonlySet<string> => new Set(list.split(',').filter(Boolean));
