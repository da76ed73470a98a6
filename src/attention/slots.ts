/**
 * @file Which tokens a layer holds as themselves while text is generated, and the slot of each.
 *
 * If a query reads one run that ends with itself, the slots are a ring: token t is in slot t mod W. For any other mask a token keeps its slot until no later query reads it, and then the slot is reused: tokens that are read forever are pinned, and the others rotate through the slots between them.
 */
import { check } from '../core/check';
import { brief, type Expression } from './expression';
import { MAX_TOKENS } from './mask';
import { maxNeeded, needOver, textOf, type Need } from './need';
import type { PatternSpec } from './pattern';
import { patterns } from './registry';
import { count, keysOf } from './runs';

/** Far enough that every pattern is past its beginning. */
const FAR = 1 << 24;

/** Maximum tokens a layer holds as themselves, its slots; Infinity if they grow with the text. */
export function maxExact({ pattern, params }: PatternSpec): number {
  const rule = patterns.get(pattern);
  if (!rule.firstKey) return maxNeeded(rule.expression(params));
  const period = Math.max(1, rule.chunk(params));
  let most = 0;
  for (let q = FAR; q < FAR + period; q++) most = Math.max(most, q - rule.firstKey(q, params) + 1);
  return most > FAR / 2 ? Infinity : most;
}

/** The slots of a layer whose pattern is a mask, token by token. */
export class Pins {
  /** Tokens held, ascending, and the slot of each. */
  readonly tokens: number[] = [];
  readonly slots: number[] = [];
  #taken: boolean[] = [];
  #lowest = 0; // every slot before it is taken
  #length = 0;
  #need: Need;

  constructor(readonly expression: Expression) {
    this.#need = needOver(expression, 1);
  }

  /** Slots used so far. */
  get used(): number {
    return this.#taken.length;
  }

  /**
   * Takes the next token: drops what neither its query nor a later one reads, then assigns the first free slot. Returns
   * -1 if no query will read the token: it is not held.
   */
  take(): number {
    const token = this.#length++;
    if (token >= this.#need.tokens) this.#need = needOver(this.expression, token + 1);
    const { last } = this.#need;
    let kept = 0;
    this.tokens.forEach((held, i) => {
      const slot = this.slots[i]!;
      if (last[held]! < token) {
        this.#taken[slot] = false;
        this.#lowest = Math.min(this.#lowest, slot);
        return;
      }
      this.tokens[kept] = held;
      this.slots[kept++] = slot;
    });
    this.tokens.length = this.slots.length = kept;
    if (last[token]! < token) return -1;
    while (this.#taken[this.#lowest]) this.#lowest++;
    const slot = this.#lowest;
    this.#taken[slot] = true;
    this.tokens.push(token);
    this.slots.push(slot);
    return slot;
  }

  /**
   * The held tokens that the newest one's query reads, as indices into `tokens` and `slots`. Throws InputError if it
   * reads one that was dropped.
   */
  read(): readonly number[] {
    const query = this.#length - 1;
    const row = textOf(this.expression, query + 1).row(query);
    const found: number[] = [];
    let r = 0;
    for (let i = 0; i < this.tokens.length; i++) {
      const token = this.tokens[i]!;
      while (r < row.length && row[r + 1]! <= token) r += 2;
      if (r === row.length) break;
      if (row[r]! <= token) found.push(i);
    }
    if (found.length < count(row)) {
      const lost = keysOf(row).find((key) => !this.tokens.includes(key))!;
      check(
        false,
        `token ${query} reads token ${lost}, which this cache has dropped: steps and chunks of ${brief(this.expression)} meet only after more than ${MAX_TOKENS} tokens, farther than a cache looks ahead; smaller ones work`,
      );
    }
    return found;
  }
}

/** The slots of a mask after token t was written. */
export function pinsAt(expression: Expression, t: number): Pins {
  const pins = new Pins(expression);
  for (let token = 0; token <= t; token++) pins.take();
  return pins;
}
