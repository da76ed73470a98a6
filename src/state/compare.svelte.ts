import { fromAddress, toAddress } from '../compare/address';
import { stepCosts, type AxisId } from '../compare/axes';
import { addRun, changeShared, tidyName, type Comparison, type Own } from '../compare/comparison';
import { readFile, writeFile } from '../compare/file';
import type { KeptRuns } from '../compare/kept';
import { comparisonOf, startOf, starts } from '../compare/starts';
import type { Engine } from '../workers/train/client';
import { inWords } from '../core/check';
import { sketchOf } from '../session/checks';
import type { Later } from '../session/frames';
import { writeMoments } from '../session/moments';
import { Session } from '../session/session.svelte';
import type { RunSpec } from '../spec/run';
import { NONE, type Asks, type Driven } from './asks';
import { trainsInstead } from './letterWords';
import { MapView } from './mapView.svelte';
import { Measured } from './measured.svelte';
import { sightOf, sightPairs } from './sight';

/** Maximum memory of replaced models kept for undo, along with the new ones. */
const MAX_HELD = 512 * 2 ** 20; // bytes

interface CompareOptions {
  readonly query?: string;
  readonly text?: string;
  readonly keep?: (text: string) => void;
  readonly later?: Later;
  /** Origin written into files. */
  readonly program?: string; // version
  today?(): string; // YYYY-MM-DD
}

/** The Compare page: a session of several runs, the URL that describes them, their names, and files of them. */
export class Compare implements Asks, Driven {
  readonly session: Session;
  readonly measured: Measured;
  readonly view = new MapView();

  notes = $state.raw<readonly string[]>([]);
  rest = $state.raw(fromAddress('').rest);
  axis = $state<AxisId>('steps');
  embedded = $derived(this.rest.get('embed') === '1');
  readonly hidden = NONE;
  readonly fixed = NONE;

  /** What all runs share. */
  spec = $derived.by(() => this.session.asked.shared);
  instead = $derived.by(() =>
    trainsInstead(this.spec, this.session.training, this.session.refused),
  );
  start = $derived.by(() => startOf(this.session.asked));
  /** The start that the current runs match, so that its recording fits. */
  builtStart = $derived.by(() => startOf(this.session.built));
  costs = $derived.by(() =>
    this.session.specs.map((spec) => stepCosts(spec, this.session.kernel ?? 'host')),
  );
  /** The requested layers, while the models are not built yet: this part of the picture updates at once. */
  sketch = $derived.by(() => {
    const { problem, asked, built } = this.session;
    return problem === undefined ? sketchOf(asked, built) : undefined;
  });
  query = $derived.by(() =>
    [
      toAddress(this.session.waiting ?? this.session.built, this.axis),
      ...(this.embedded ? ['embed=1'] : []),
      ...(this.rest.get('projector') === '1' ? ['projector=1'] : []),
      ...sightPairs('weights', this.view.selection.lockedCell),
    ].join('&'),
  );

  constructor(
    engine: Engine,
    private readonly options: CompareOptions = {},
  ) {
    this.session = new Session(engine, {
      ...options,
      holds: MAX_HELD,
      remembers: true,
      samples: false,
      built: ({ shared }) => {
        this.view.fit(shared);
        this.measured.forget();
      },
      looked: () => this.measured.look(this.session.wish),
      trains: () => this.measured.repetition.cancel(), // training continues, so repeats with other seeds stop
    });
    this.measured = new Measured(engine, this.session);
    this.session.begin(this.#read(options.query ?? ''));
  }

  get program(): string {
    return this.options.program ?? 'unknown';
  }

  get today(): string {
    return this.options.today?.() ?? 'unknown';
  }

  /** Switches to another comparison, on the same machine. */
  choose = (id: string) => this.#instead(comparisonOf(starts.get(id), this.spec.backend));

  visit = (query: string) => {
    if (query !== this.query) this.#instead(this.#read(query));
  };

  /** Changes shared settings. */
  change = (settings: Partial<RunSpec>) => {
    this.session.choose(settings);
    this.session.ask(changeShared(this.session.asked, settings));
  };

  /** Changes the attention settings of one run. */
  changeRun = (index: number, own: Partial<Own>) => {
    const { asked } = this.session;
    const runs = asked.runs.map((entry, i) =>
      i === index ? { ...entry, own: { ...entry.own, ...own } } : entry,
    );
    this.session.ask({ ...asked, runs });
  };

  rename = (index: number, text: string) => {
    const name = tidyName(text);
    this.session.rename((comparison) => ({
      ...comparison,
      runs: comparison.runs.map(({ own, ...entry }, i) => {
        if (i !== index) return { own, ...entry };
        return { own, ...(name && { name }) };
      }),
    }));
  };

  add = () => this.session.add(addRun(this.session.asked));

  duplicate = (index: number) => {
    const { asked } = this.session;
    const runs = asked.runs.toSpliced(index + 1, 0, { own: asked.runs[index]!.own });
    this.session.add({ ...asked, runs });
  };

  /** Opens saved runs: the same settings and numbers, continuing from their step, paused. */
  goOn = ({ saved, checkpoints }: Pick<KeptRuns, 'saved' | 'checkpoints'>) => {
    const { comparison, histories, text } = saved;
    this.session.goOn(comparison, { checkpoints, histories }, text);
  };

  /** The comparison as a file, with or without some past maps. */
  file = (withMaps = true): string | undefined => {
    const { session } = this;
    session.look();
    const { built: comparison, backend, histories, past } = session;
    if (past.saved) return writeFile({ ...past.saved, comparison });
    if (!backend) return undefined;
    const { name, device, kernel } = backend;
    const maps = withMaps ? writeMoments(past.kept) : undefined;
    const text = session.runs[0]?.text;
    return writeFile({
      comparison,
      machine: { name, device, kernel },
      program: this.program,
      made: this.today,
      histories,
      repeats: this.measured.repeats,
      ...(maps && { pictures: maps }),
      ...(text !== undefined && { text }),
    });
  };

  /** Opens such a file, or returns why not in a sentence and changes nothing. */
  openFile = (text: string, from: string): string | undefined =>
    inWords(() => this.session.open(readFile(text), from));

  /** Shows the recording of these settings until training starts; a recording of others is ignored. */
  showRecorded = (text: string): void => this.session.showRecorded(readFile(text));

  dispose() {
    this.measured.repetition.stop();
    this.session.dispose();
  }

  #instead(comparison: Comparison) {
    this.session.past.saved = undefined;
    this.session.ask(comparison, 0);
  }

  #read(query: string): Comparison {
    const { comparison: asked, blank, axis, notes, rest } = fromAddress(query);
    const comparison = blank ? comparisonOf(starts.get('table'), asked.shared.backend) : asked;
    const sight = sightOf(rest, comparison.shared);
    this.session.link(comparison);
    this.axis = axis;
    this.notes = [...notes, ...sight.notes];
    this.rest = rest;
    this.view.selection.restore(sight.cell);
    return comparison;
  }
}
