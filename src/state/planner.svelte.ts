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
import { priced, totalAt, type How } from '../masks/planner/cache';
import {
  bytesOver,
  flopsOver,
  lengthsFor,
  rowsOver,
  type Line,
  type Row,
} from '../masks/planner/curves';
import { entryOf, type Entry } from '../masks/planner/entry';
import { engineOf, ENGINES, type Engine } from '../masks/planner/keeping';
import { modelOf, slim, type Model } from '../masks/planner/model';
import { byId, CACHE_PRECISIONS, STATE_PRECISIONS } from '../masks/planner/precision';
import { released } from '../masks/planner/released';
import { difference, finding } from '../masks/planner/say';
import { LONGEST_LINK } from '../core/link';
import type { Part } from '../masks/part';
import { configOfType, isConfigText } from '../masks/planner/typed';

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
  readonly models: readonly Model[] = $derived.by(() => {
    const [models, billions, parts] = JSON.parse(this.#wanted) as [
      string[],
      (number | null)[],
      (Part | null)[],
    ];
    return models.map((one, i) => modelOf(one, billions[i] ?? undefined, parts[i] ?? undefined));
  });
  /** As text, so that a new length, which replaces all that was asked, does not count as a change. */
  readonly #howAsked = $derived.by(() => {
    const { keeping, cache, states, batch, machines, source } = this.asked;
    return JSON.stringify({ keeping, cache, states, batch, machines, source });
  });
  readonly how: How = $derived.by(() => {
    const { cache, states, ...others } = JSON.parse(this.#howAsked) as Asked;
    return {
      ...others,
      cache: byId(CACHE_PRECISIONS, cache),
      states: byId(STATE_PRECISIONS, states),
    };
  });
  readonly #priced = $derived(this.models.map(({ config }) => priced(config, this.how)));
  /** One sequence in pages of one token, outside any pool. */
  readonly #alone = $derived(
    this.models.map(({ config }) =>
      priced(config, {
        ...this.how,
        batch: 1,
        keeping: { ...this.how.keeping, step: 0, page: 1, pool: false },
      }),
    ),
  );
  readonly #byEngine = $derived(
    ENGINES.map((engine) => ({
      engine,
      each: this.models.map(({ config }) =>
        priced(config, { ...this.how, keeping: engine.keeping }),
      ),
    })),
  );
  /** Tokens, at most the lowest limit of all models. */
  readonly most = $derived(Math.min(...this.#priced.map(({ most }) => most)));
  readonly T = $derived(Math.min(this.asked.T, this.most));
  readonly entries: readonly Entry[] = $derived(
    this.models.map((model, i) =>
      entryOf(model, this.#priced[i]!, this.#alone[i]!, this.T, this.how, this.asked),
    ),
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

  readonly #lengths = $derived(lengthsFor(this.entries, this.T, this.asked.keeping.page));
  readonly bytes: readonly Line[] = $derived(bytesOver(this.entries, this.#lengths));
  readonly rows: readonly Row[] = $derived(
    rowsOver(this.entries, this.#lengths, this.T, this.asked.source),
  );
  readonly flops: readonly Line[] = $derived(
    flopsOver(this.entries, this.#lengths, this.asked.source),
  );
  /** What every engine would reserve at this length. */
  readonly engines: readonly Reserved[] = $derived(
    this.#byEngine.map(({ engine, each }) => ({
      engine,
      each: each.map((at) => ({ bytes: totalAt(at, this.T), refused: at.refused })),
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
}
