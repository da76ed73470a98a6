import { InputError } from '../core/check';
import { clampParam } from '../core/params';
import {
  BATCH,
  FIRST,
  firstLength,
  fromAddress,
  LENGTH,
  toAddress,
  type Asked,
} from '../masks/planner/asked';
import {
  cacheAt,
  priced,
  totalAt,
  type CacheCost,
  type How,
  type Priced,
} from '../masks/planner/cache';
import { engineOf, ENGINES, type Engine } from '../masks/planner/keeping';
import { modelOf, slim, type Model } from '../masks/planner/model';
import { loggedTokens } from '../masks/planner/pages';
import {
  batchIn,
  doublingsTo,
  kneesOf,
  lengthsTo,
  longestIn,
  nextFlops,
  unboundedAt,
} from '../masks/planner/plan';
import {
  CACHE_PRECISIONS,
  STATE_PRECISIONS,
  WEIGHT_PRECISIONS,
  type Precision,
} from '../masks/planner/precision';
import { released } from '../masks/planner/released';
import { difference, finding } from '../masks/planner/say';
import { activationBytes } from '../masks/planner/weights';
import { LONGEST_LINK } from '../core/link';
import type { ConfigLayers } from '../masks/configLayer';
import type { Part } from '../masks/part';
import { configOfType, isConfigText } from '../masks/planner/typed';

const GIB = 2 ** 30;
const FIRST_LENGTH = 64; // tokens, start of the curves
/** Steps per doubling, for a curve that rises by whole pages. */
const FINE = 24;
const byId = (all: readonly Precision[], id: string): Precision =>
  all.find((one) => one.id === id)!;

/** One of the compared models, with all its numbers. Bytes are per GPU. */
export interface Entry {
  readonly model: Model;
  readonly at: Priced;
  readonly cost: CacheCost;
  readonly knees: readonly number[];
  /** undefined: unknown. */
  readonly weights: number | undefined;
  readonly weightsIn: Precision;
  readonly activations: number | undefined;
  /** Left after weights and activations. */
  readonly room: number;
  /** Tokens of each sequence that fit; `at.most`: more than the limit of the cost model. */
  readonly longest: number;
  /** Sequences that fit at the chosen length. */
  readonly batch: number;
  /** Tokens as vLLM's log counts them, if there is a pool. */
  readonly logged: number | undefined;
  /** Bytes that a pool must still hold so that a prefix of this length is found in it. */
  readonly prefix: number | undefined;
}

export interface Line {
  readonly id: string;
  readonly label: string;
  readonly look: 'first' | 'second' | 'reference';
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** Bytes of each model's cache after T tokens, and FLOPs of attention for the T-th. */
export interface Row {
  readonly T: number;
  readonly bytes: readonly number[];
  readonly flops: readonly number[];
}

export interface Reserved {
  readonly engine: Engine;
  readonly each: readonly { readonly bytes: number; readonly refused: string | undefined }[];
}

/** The planner's inputs and results. */
export class Planner {
  asked = $state.raw<Asked>(FIRST);
  notes = $state.raw<readonly string[]>([]);
  /** Why the last config was not opened; empty if it was. */
  refused = $state('');
  embedded = $state(false);

  /** Read again only when the models change: dragging a length changes it some sixty times a second. */
  readonly #wanted = $derived(
    JSON.stringify([this.asked.models, this.asked.billions, this.asked.parts]),
  );
  readonly #models = $derived.by(() => {
    const [models, billions, parts] = JSON.parse(this.#wanted) as [
      string[],
      (number | null)[],
      (Part | null)[],
    ];
    return models.map((one, i) => modelOf(one, billions[i] ?? undefined, parts[i] ?? undefined));
  });
  readonly how: How = $derived({
    keeping: this.asked.keeping,
    cache: byId(CACHE_PRECISIONS, this.asked.cache),
    states: byId(STATE_PRECISIONS, this.asked.states),
    batch: this.asked.batch,
    machines: this.asked.machines,
    source: this.asked.source,
  });
  readonly #priced = $derived(this.#models.map(({ config }) => priced(config, this.how)));
  /** Tokens, at most the lowest limit of all models. */
  readonly most = $derived(Math.min(...this.#priced.map(({ most }) => most)));
  readonly T = $derived(Math.min(this.asked.T, this.most));
  readonly entries: readonly Entry[] = $derived(
    this.#models.map((model, i) => this.#entry(model, this.#priced[i]!)),
  );
  readonly engine = $derived(engineOf(this.asked.keeping));
  readonly finding: readonly string[] = $derived(
    finding({ name: this.entries[0]!.model.name, at: this.entries[0]!.at }, this.T),
  );
  readonly difference: readonly string[] = $derived.by(() => {
    const [one, two] = this.entries;
    if (!one || !two) return [];
    return difference(
      { name: one.model.name, at: one.at },
      { name: two.model.name, at: two.at },
      this.T,
    );
  });

  /** Lengths of the curves: beyond the chosen one, and beyond every window. */
  readonly #lengths = $derived.by(() => {
    const knees = this.entries.flatMap((entry) => entry.knees);
    const most = Math.min(...this.#priced.map((one) => one.most));
    const last = Math.min(
      most,
      Math.max(2 ** 17, 2 ** Math.ceil(Math.log2(2 * this.T)), 4 * Math.max(0, ...knees)),
    );
    return lengthsTo(
      last,
      Math.min(FIRST_LENGTH, last / 2),
      [...knees, this.T],
      this.asked.keeping.page > 1 ? FINE : undefined,
    );
  });
  readonly bytes: readonly Line[] = $derived.by(() => {
    const lines = this.entries.map(({ model, at }, i): Line => {
      return {
        id: String(i),
        label: model.name,
        look: i === 0 ? 'first' : 'second',
        points: this.#lengths.map((x) => ({ x, y: totalAt(at, x) })),
      };
    });
    const [only] = this.entries;
    if (this.entries.length > 1 || only!.knees.length === 0) return lines;
    const reference: Line = {
      id: 'all',
      label: 'without windows',
      look: 'reference',
      points: this.#lengths.map((x) => ({ x, y: unboundedAt(only!.at, x) })),
    };
    return [reference, ...lines];
  });
  /** The same as numbers: at every doubling, at each knee and at the chosen length. */
  readonly rows: readonly Row[] = $derived.by(() => {
    const [first, last] = [this.#lengths[0]!, this.#lengths.at(-1)!];
    const also = [...this.entries.flatMap(({ knees }) => knees), this.T];
    return doublingsTo(last, first, also).map((T) => ({
      T,
      bytes: this.#priced.map((at) => totalAt(at, T)),
      flops: this.#models.map(({ config }) => nextFlops(config, T, this.#sourceOf(config))),
    }));
  });
  /** What every engine would reserve at this length. */
  readonly engines: readonly Reserved[] = $derived(
    ENGINES.map((engine) => ({
      engine,
      each: this.#models.map(({ config }) => {
        const at = priced(config, { ...this.how, keeping: engine.keeping });
        return { bytes: totalAt(at, this.T), refused: at.refused };
      }),
    })),
  );
  readonly flops: readonly Line[] = $derived(
    this.entries.map(({ model }, i) => ({
      id: String(i),
      label: model.name,
      look: i === 0 ? ('first' as const) : ('second' as const),
      points: this.#lengths.map((x) => ({
        x,
        y: nextFlops(model.config, x, this.#sourceOf(model.config)),
      })),
    })),
  );

  readonly query = $derived(toAddress(this.asked) + (this.embedded ? '&embed=1' : ''));
  /** Whether a link can hold the inputs. */
  readonly links = $derived(this.query.length <= LONGEST_LINK);

  constructor(query = '') {
    this.visit(query);
  }

  /** Applies a URL; a config in it that cannot be read is left out and reported. */
  visit = (query: string) => {
    if (query === this.query && this.notes.length === 0) return;
    const { asked, notes, embedded } = fromAddress(query);
    const more: string[] = [];
    const models = asked.models.filter((one) => {
      try {
        modelOf(one, undefined, asked.parts[asked.models.indexOf(one)]);
        return true;
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        more.push(error.message);
        return false;
      }
    });
    this.asked = { ...asked, models: models.length > 0 ? models : FIRST.models };
    this.notes = [...notes, ...more];
    this.embedded = embedded;
  };

  change = (change: Partial<Asked>) => {
    this.asked = { ...this.asked, ...change };
  };
  /** The encoder or decoder of the first model (0) or the second (1). */
  setPart = (at: number, part: Part) => {
    const parts = [0, 1].map((i) => (i === at ? part : this.asked.parts[i]));
    this.change({ parts, ...this.#lengthFor(this.asked.models, parts) });
  };
  setLength = (T: number) => {
    this.change({ T: clampParam({ label: '', initial: this.asked.T, ...LENGTH }, T) });
  };
  setBatch = (batch: number) => {
    this.change({ batch: clampParam({ label: '', initial: this.asked.batch, ...BATCH }, batch) });
  };
  setEngine = (id: string) => {
    const engine = ENGINES.find((one) => one.id === id);
    if (engine) this.change({ keeping: engine.keeping });
  };
  setBillions = (at: number, billions: number | undefined) => {
    this.change({
      billions: [0, 1].map((i) => (i === at ? billions : this.asked.billions[i])),
    });
  };

  /** The first model (0) or the second (1); undefined: no model to compare with. */
  choose = (at: number, id: string | undefined) => {
    this.refused = '';
    const models = [...this.asked.models];
    if (id === undefined) models.splice(at, 1);
    else models[at] = id;
    const others = <T>(all: readonly (T | undefined)[]) =>
      [0, 1].map((i) => (i === at ? undefined : all[i]));
    const [billions, parts] = [others(this.asked.billions), others(this.asked.parts)];
    const chosen = models.slice(0, 2);
    this.change({ models: chosen, billions, parts, ...this.#lengthFor(chosen, parts) });
  };

  /** A config's text, or the name of a model type. If it cannot be read, that is reported and the model stays. */
  open = (at: number, text: string) => {
    const given = text.trim();
    const config = isConfigText(given) ? given : configOfType(given);
    try {
      this.choose(at, slim(config));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.refused = error.message;
    }
  };

  /** Whether the model is in the list; otherwise it is a config that the user gave. */
  listed = (at: number): boolean => {
    const model = this.asked.models[at];
    return model !== undefined && released.has(model);
  };

  /** A length that the user chose stays; otherwise the length follows the models. */
  #lengthFor(models: readonly string[], parts: readonly (Part | undefined)[]): Partial<Asked> {
    const { T, models: before, parts: were } = this.asked;
    return T === firstLength(before, were) ? { T: firstLength(models, parts) } : {};
  }

  #sourceOf({ source }: ConfigLayers): number | undefined {
    return source && (this.asked.source ?? source.tokens);
  }

  #entry(model: Model, at: Priced): Entry {
    const { asked, T, how } = this;
    const { block, ...rest } = asked.weights
      ? byId(WEIGHT_PRECISIONS, asked.weights)
      : model.precision;
    const weights =
      model.parameters === undefined
        ? undefined
        : (model.parameters * block.bytes) / block.numbers / how.machines;
    const activations =
      model.weights === undefined || model.config.vocabulary === undefined
        ? undefined
        : activationBytes(
            model.weights,
            model.config.vocabulary,
            Math.max(how.batch, how.keeping.step),
            how.batch,
          );
    const room = asked.memory * GIB - (weights ?? 0) - (activations ?? 0);
    const cost = cacheAt(at, T);
    return {
      model,
      at,
      cost,
      knees: kneesOf(at),
      weights,
      weightsIn: { block, ...rest },
      activations,
      room,
      longest: longestIn(at, room),
      batch: batchIn(at, T, room),
      logged: at.layout && room > 0 ? loggedTokens(at.layout, room) : undefined,
      prefix:
        at.layout &&
        cacheAt(
          priced(model.config, {
            ...how,
            batch: 1,
            keeping: { ...how.keeping, step: 0, page: 1, pool: false },
          }),
          T,
        ).keys,
    };
  }
}
