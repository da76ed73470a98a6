/**
 * @file What every task promises, checked over the registry, and what each one means, by an oracle that only sees
 * glyphs.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/core/check';
import { random } from '../../src/core/random';
import { sources } from '../../src/data/registry';
import type { Example, Task } from '../../src/data/source';

const tasks = sources.all.filter((source): source is Task => source.kind === 'task');
const taskCalled = (id: string) => tasks.find((task) => task.id === id)!;

interface Scored {
  readonly at: number; // the token at the question
  readonly answer: string; // the glyph expected as its answer
}

interface Read {
  readonly tokens: readonly string[];
  readonly scored: readonly Scored[];
}

/** An example as glyphs. */
function read({ vocabulary }: Task, { tokens, targets, weights }: Example): Read {
  const scored = [...weights].flatMap((weight, at) =>
    weight === 0 ? [] : [{ at, answer: vocabulary.label(targets[at]!) }],
  );
  return { tokens: [...tokens].map((id) => vocabulary.label(id)), scored };
}

/** Where the answer to a scored token must be read, from the glyphs alone; several places if any of them would do. */
type Oracle = (tokens: readonly string[], scored: Scored, index: number) => readonly number[];

const where = (tokens: readonly string[], glyph: RegExp) =>
  tokens.flatMap((token, at) => (glyph.test(token) ? [at] : []));

const CLOSER: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

const oracles: Readonly<Record<string, Oracle>> = {
  needle: (tokens) => where(tokens, /\d/),
  marker: (tokens) => where(tokens, /M/).map((at) => at + 1),
  recall: (tokens, { at }) => [tokens.indexOf(tokens[at]!) + 1],
  facts: (tokens, { at }) => [tokens.indexOf(tokens[at]!) + 1],
  copy: (tokens, { at }) => [at - tokens.indexOf('|')],
  sort: (tokens, { answer }) =>
    where(tokens, new RegExp(answer)).filter((at) => at < tokens.indexOf('>')),
  brackets(tokens, { at }) {
    const open: number[] = [];
    tokens.slice(0, at + 1).forEach((token, place) => {
      if (CLOSER[token]) open.push(place);
      else open.pop();
    });
    return [open.at(-1)!];
  },
};

/** Throws for a new task: its meaning must be added here, independently of its code. */
function oracleOf(id: string): Oracle {
  const oracle = oracles[id];
  if (oracle) return oracle;
  throw new Error(
    `the task '${id}' has no oracle; write one in 'oracles' of test/data/tasks.test.ts, and add the task to the list of tasks there`,
  );
}

test.each(tasks.filter((task) => task.answerAt).map((task) => [task.id, task] as const))(
  '%s knows which token an answer is copied from',
  (id, task) => {
    fc.assert(
      fc.property(settings(task), ({ T, distance, seed }) => {
        const example = task.example(random(seed), T, distance);
        const { tokens, scored } = read(task, example);
        for (const [index, asked] of scored.entries()) {
          const places = oracleOf(id)(tokens, asked, index);
          expect(places).toContain(task.answerAt!(example.tokens, asked.at));
          expect(tokens[task.answerAt!(example.tokens, asked.at)]).toBe(asked.answer);
        }
      }),
    );
  },
);

const answers = (id: string, glyph: string) => (id === 'brackets' ? CLOSER[glyph] : glyph);

/** Settings with room: any T that has some, any distance up to it, any seed. */
const settings = (task: Task) =>
  fc
    .tuple(fc.integer({ min: 8, max: 200 }), fc.nat(), fc.nat(1_000_000))
    .map(([T, d, seed]) => ({ T, distance: 1 + (d % Math.min(480, task.maxDistance(T))), seed }));

test('the tasks are these, in this order', () => {
  expect(tasks.map(({ id }) => id)).toEqual([
    'needle',
    'marker',
    'recall',
    'facts',
    'copy',
    'sort',
    'brackets',
  ]);
  expect(Object.keys(oracles)).toEqual(tasks.map(({ id }) => id));
});

describe.each(tasks.map((task) => [task.id, task] as const))('%s', (id, task) => {
  const make = (T: number, distance: number, seed: number) =>
    task.example(random(seed), T, distance);
  const forAll = (holds: (example: Example, T: number, distance: number) => void) =>
    fc.assert(
      fc.property(settings(task), ({ T, distance, seed }) =>
        holds(make(T, distance, seed), T, distance),
      ),
      { numRuns: 300 },
    );

  test('every answer lies at least `distance` tokens before the token at the question', () => {
    forAll((example, _, distance) => {
      const { tokens, scored } = read(task, example);
      scored.forEach((one, index) => {
        const places = oracleOf(id)(tokens, one, index);
        expect(places).not.toEqual([]);
        for (const place of places) {
          expect(answers(id, tokens[place]!)).toBe(one.answer);
          expect(one.at - place).toBeGreaterThanOrEqual(distance);
        }
      });
    });
  });

  test('scores at least one target, with weight 1, the others with weight 0', () => {
    forAll(({ weights }) => {
      expect(weights).toContain(1);
      expect(weights.every((weight) => weight === 0 || weight === 1)).toBe(true);
    });
  });

  test('has T tokens and T targets, all in its vocabulary', () => {
    forAll(({ tokens, targets, weights }, T) => {
      expect([tokens.length, targets.length, weights.length]).toEqual([T, T, T]);
      const known = (token: number) => token >= 0 && token < task.vocabulary.size;
      expect([...tokens, ...targets].every(known)).toBe(true);
    });
  });

  test('predicts the next token wherever nothing is scored', () => {
    forAll(({ tokens, targets, weights }, T) => {
      for (let at = 0; at < T - 1; at++) {
        if (weights[at] === 0) expect(targets[at]).toBe(tokens[at + 1]);
      }
    });
  });

  test('gives the same example for the same random numbers, and others for others', () => {
    expect(make(48, 20, 7)).toEqual(make(48, 20, 7));
    expect(make(48, 20, 7)).not.toEqual(make(48, 20, 8));
  });

  test('uses every token of its vocabulary', () => {
    const used = new Set(
      Array.from({ length: 300 }, (_, seed) => [...make(48, 28, seed).tokens]).flat(),
    );
    expect(used.size).toBe(task.vocabulary.size);
  });

  test('has a visible label of one glyph for each token, no two alike', () => {
    const labels = Array.from({ length: task.vocabulary.size }, (_, token) =>
      task.vocabulary.label(token),
    );
    expect(labels.every((label) => /^\S$/u.test(label))).toBe(true);
    expect(new Set(labels).size).toBe(task.vocabulary.size);
  });

  test('works up to its largest distance, and not beyond', () => {
    for (let T = 8; T <= 120; T++) {
      const room = task.maxDistance(T);
      expect(() => make(T, room, T)).not.toThrow();
      expect(() => make(T, room + 1, T)).toThrow(InputError);
    }
  });

  test('has room for the first distance in the context of the presets', () => {
    expect(task.maxDistance(48)).toBeGreaterThanOrEqual(task.distance.initial);
  });

  test('works with a context it recommends, and not with one token less', () => {
    for (const [T, distance] of [
      [1, 1],
      [2, 5],
      [10, 100],
      [48, 60],
      [64, 480],
    ] as const) {
      const enough = Number(
        /context of at least (\d+)/.exec(refusal(() => make(T, distance, 1)))?.[1],
      );
      expect(() => make(enough, distance, 1)).not.toThrow();
      expect(() => make(enough - 1, distance, 1)).toThrow(InputError);
    }
  });

  test.each([
    [48.5, 8, 'context is 48.5; it should be a whole number of tokens, 1 or more'],
    [NaN, 8, 'context is NaN'],
    [0, 8, 'context is 0'],
    [48, 0, 'distance is 0; it should be a whole number from 1 to 480 tokens'],
    [48, 1.5, 'distance is 1.5'],
    [1000, 481, 'distance is 481'],
    [48, Infinity, 'distance is Infinity'],
  ])('refuses context %d with distance %d', (T, distance, message) => {
    expect(refusal(() => make(T, distance, 1))).toContain(message);
  });

  if (task.chance !== undefined) {
    test('spreads answers evenly: the most common one is right about as often as chance predicts', () => {
      const counts = new Map<string, number>();
      let total = 0;
      for (let seed = 0; seed < 2000; seed++) {
        for (const { answer } of read(task, make(48, 28, seed)).scored) {
          counts.set(answer, (counts.get(answer) ?? 0) + 1);
          total++;
        }
      }
      expect(counts.size).toBe(Math.round(1 / task.chance!));
      expect(Math.max(...counts.values()) / total).toBeLessThan(1.3 * task.chance!);
      expect(Math.min(...counts.values()) / total).toBeGreaterThan(0.7 * task.chance!);
    });
  }
});

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
}

describe('refusals say what would work', () => {
  const needle = taskCalled('needle');
  test('with a shorter distance or a longer context', () => {
    expect(refusal(() => needle.example(random(1), 48, 60))).toBe(
      'distance is 60; Needle in a context of 48 tokens has room for 44 at most, or take a context of at least 64',
    );
  });
  test('with a longer context if there is no room at all', () => {
    expect(refusal(() => needle.example(random(1), 4, 1))).toBe(
      'context is 4; Needle with distance 1 needs a context of at least 5 tokens',
    );
  });
});

/** 500 examples in the recipe's setting: T = 48, distance 28. */
const many = (id: string, T = 48, distance = 28) =>
  Array.from({ length: 500 }, (_, seed) => {
    const task = taskCalled(id);
    return read(task, task.example(random(seed), T, distance));
  });
const last = <V>(items: readonly V[], n: number) => items.slice(-n);
const set = (items: Iterable<number>) => [...new Set(items)].sort((a, b) => a - b);
const upTo = (n: number) => Array.from({ length: n + 1 }, (_, i) => i);

describe('needle', () => {
  test('has one needle among letters, then four question marks that all ask for it', () => {
    for (const { tokens, scored } of many('needle')) {
      expect(tokens.join('')).toMatch(/^(?=.{48}$)[a-p]*[1-8][a-p]*\?{4}$/);
      expect(scored.map(({ at }) => at)).toEqual([44, 45, 46, 47]);
    }
  });
  test('has its needle anywhere in the first third', () => {
    expect(set(many('needle').map(({ tokens }) => where(tokens, /\d/)[0]!))).toEqual(upTo(16));
  });
});

describe('marker', () => {
  test('has one marker among letters, one letter after it, then four question marks that all ask for that letter', () => {
    for (const { tokens, scored } of many('marker')) {
      expect(tokens.join('')).toMatch(/^(?=.{48}$)[a-p]*M[a-p]+\?{4}$/);
      expect(scored.map(({ at }) => at)).toEqual([44, 45, 46, 47]);
    }
  });
  test('has its marker anywhere in the first third', () => {
    expect(set(many('marker').map(({ tokens }) => tokens.indexOf('M')))).toEqual(upTo(15));
  });
});

describe('recall', () => {
  test('has six pairs with different keys, filler, six queries', () => {
    for (const { tokens, scored } of many('recall', 64)) {
      expect(tokens.join('')).toMatch(/^(?:[A-P][a-p]){6}·{46}[A-P]{6}$/);
      expect(new Set(tokens.filter((_, at) => at < 12 && at % 2 === 0)).size).toBe(6);
      expect(scored.map(({ at }) => at)).toEqual([58, 59, 60, 61, 62, 63]);
    }
  });
  test('has fewer pairs if there is less room', () => {
    for (const { tokens } of many('recall', 35))
      expect(tokens.join('')).toMatch(/^(?:[A-P][a-p]){2}·{29}[A-P]{2}$/);
  });
  test('asks for every pair', () => {
    const asked = many('recall', 64).flatMap(({ tokens }) =>
      last(tokens, 6).map((key) => tokens.indexOf(key) / 2),
    );
    expect(set(asked)).toEqual(upTo(5));
  });
});

describe('copy', () => {
  test('has letters, filler, a bar, and the letters again; the bar and each letter predict the next letter', () => {
    for (const { tokens, scored } of many('copy')) {
      expect(tokens.join('')).toMatch(/^[a-p]{20}·{8}\|[a-p]{19}$/);
      expect(scored.map(({ answer }) => answer)).toEqual(tokens.slice(0, 20));
      expect(last(tokens, 19)).toEqual(tokens.slice(0, 19));
    }
  });
  test('fills half of the context if the distance allows it', () => {
    expect(many('copy', 16, 3)[0]!.tokens.join('')).toMatch(/^[a-p]{8}\|[a-p]{7}$/);
  });
});

describe('sort', () => {
  test('has ten digits, filler, an arrow, and the digits from small to large', () => {
    for (const { tokens, scored } of many('sort')) {
      expect(tokens.join('')).toMatch(/^\d{10}·{28}>\d{9}$/);
      const sorted = [...tokens.slice(0, 10)].sort();
      expect(scored.map(({ answer }) => answer)).toEqual(sorted);
      expect(last(tokens, 9)).toEqual(sorted.slice(0, 9));
    }
  });
  test('has fewer digits if there is less room', () => {
    expect(many('sort', 33)[0]!.tokens.join('')).toMatch(/^\d{3}·{27}>\d{2}$/);
  });
});

describe('brackets', () => {
  test('closes brackets correctly, and all except an odd one', () => {
    for (const { tokens, scored } of [...many('brackets'), ...many('brackets', 31, 8)]) {
      const open: string[] = [];
      const finish = tokens.length % 2 === 1 ? [scored.at(-1)!.answer] : []; // the last one is only predicted
      for (const token of [...tokens, ...finish]) {
        if (CLOSER[token]) open.push(CLOSER[token]);
        else expect(token).toBe(open.pop());
      }
      expect(open).toEqual([]);
    }
  });
  test('scores every closing bracket far enough from its opening one, and no other', () => {
    for (const { tokens, scored } of many('brackets', 48, 6)) {
      const open: number[] = [];
      const far: number[] = [];
      tokens.forEach((token, at) => {
        if (CLOSER[token]) open.push(at);
        else if (at - 1 - open.pop()! >= 6) far.push(at - 1);
      });
      expect(scored.map(({ at }) => at)).toEqual(far);
    }
  });
  test('asks for opening brackets in different places', () => {
    const offsets = many('brackets').flatMap(({ tokens, scored }) =>
      scored.map((one, i) => one.at - oracles['brackets']!(tokens, one, i)[0]!),
    );
    expect(set(offsets).length).toBeGreaterThan(4);
  });
});
