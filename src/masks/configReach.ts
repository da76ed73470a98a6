/** @file The type of each layer of a config, from the file, a rule or the class of the model, and what it reads. */
import { check } from '../core/check';
import type { Reach } from './configLayer';
import { lettersOf, RENAMED, TYPE_OF, type Entry } from './configTable';
import {
  bothSides,
  chunked,
  CHUNKED_TYPE,
  EVERYTHING,
  GLOBAL,
  GLOBAL_TYPE,
  LAYERS,
  LINEAR_TYPE,
  local,
  LOCAL_TYPE,
  STATE,
  TOKENS_IN_WINDOW,
  type Asked,
  type Rule,
} from './family';

interface Named {
  readonly types: readonly string[];
  readonly notes: readonly string[];
}

export function typesOf(
  asked: Asked,
  entry: Entry,
  rule: Rule | undefined,
  label: string,
  slides: boolean,
): Named {
  const { fields, own, layers } = asked;
  const letters = [...new Set([...(entry.k ?? ''), 'F', 'S', ...(entry.t ?? '')])];
  const known = [...letters.map((letter) => TYPE_OF[letter]!), ...(rule?.names?.(asked) ?? [])];
  const fromFile = own.perLayer('layer_types', layers, known, RENAMED);
  const field = entry.l?.by;
  const every = field !== undefined && own.has(field) ? own.whole(field, LAYERS) : undefined;
  const ruled = entry.l && spelled(lettersOf(entry.l, layers, every), slides);
  if (fromFile) {
    check(
      every === undefined || ruled!.every((one, i) => one === fromFile[i]),
      `layer_types and ${field} ${every} name different layers global; they should say the same`,
    );
    return { types: fromFile, notes: [] };
  }
  const worked = rule?.types?.(asked);
  if (worked) return { types: worked, notes: [] };
  if (ruled) {
    const mixed = new Set(ruled).size > 1;
    const note = `the file names no layers; they are as the class of ${label} names them${sayCycle(entry)}`;
    return { types: ruled, notes: mixed && every === undefined ? [note] : [] };
  }
  const own_ = fields.get('num_hidden_layers');
  check(
    entry.t !== undefined && entry.t.length === layers,
    entry.t === undefined
      ? `layer_types is missing, and the class of ${label} names no layers, not ${String(own_)}; the file should name them`
      : `layer_types is missing, and the class of ${label} names ${entry.t.length} layers, not ${String(own_)}; the file should name them`,
  );
  return {
    types: spelled(entry.t, slides),
    notes:
      new Set(entry.t).size > 1 ? [`the file names no layers; they are those of ${label}`] : [],
  };
}

const spelled = (letters: string, slides: boolean): readonly string[] =>
  [...letters].map((letter) =>
    letter === '?' ? (slides ? LOCAL_TYPE : GLOBAL_TYPE) : TYPE_OF[letter]!,
  );

function sayCycle({ l }: Entry): string {
  const n = l?.cycle.length ?? 0;
  if (!l || n < 2 || l.first || l.last || l.end) return '';
  const [a, z] = [l.cycle[0], l.cycle.at(-1)];
  if (a === z) return '';
  if (z === 'F') return `: of every ${n} the last is global`;
  return a === 'F' ? `: of every ${n} the first is global` : '';
}

/** Tokens of the window; undefined: none; `off`: because it is switched off. */
export function windowOf({ fields, own, layers }: Asked, { g }: Entry, rule: Rule | undefined) {
  const given = fields.has('sliding_window')
    ? fields.whole('sliding_window', TOKENS_IN_WINDOW)
    : undefined;
  const off = g === 1 && !fields.flag('use_sliding_window', false);
  check(
    g !== 1 || off || given !== undefined || !own.isNull('sliding_window'),
    'use_sliding_window is true and sliding_window is missing; it should be a whole number of tokens',
  );
  const size = off ? undefined : (rule?.window?.({ fields, own, layers }) ?? given);
  return { size, off: off && given !== undefined };
}

export function reachOf(
  type: string,
  given: {
    readonly asked: Asked;
    readonly span: ReturnType<typeof windowOf>;
    readonly causal: boolean;
    readonly at: number;
  },
): Reach {
  const { asked, span, causal, at } = given;
  const all = causal ? GLOBAL : EVERYTHING;
  switch (type) {
    case LOCAL_TYPE:
    case 'hybrid_sliding':
    case 'compressed_sparse_attention':
    case 'heavily_compressed_attention': {
      if (span.off) return all;
      check(
        span.size !== undefined,
        asked.own.has('layer_types')
          ? `layer_types says ${type} of layer ${at + 1}, and the file gives it no size; it should have sliding_window`
          : 'sliding_window is missing; it should be a whole number of tokens, as some layers have a window',
      );
      return causal ? local(span.size) : bothSides(span.size);
    }
    case CHUNKED_TYPE: {
      check(
        asked.fields.has('attention_chunk_size'),
        `layer_types says ${type} of layer ${at + 1}, and the file gives it no size; it should have attention_chunk_size`,
      );
      return chunked(asked.fields.whole('attention_chunk_size', TOKENS_IN_WINDOW));
    }
    case LINEAR_TYPE:
      return STATE;
    case 'conv':
      return STATE;
    case 'mlp':
      return { kind: 'none', expression: GLOBAL.expression };
    default:
      return all;
  }
}
