/** @file The attention maps in the file of a comparison. */
import {
  anything,
  called,
  list,
  object,
  optional,
  part,
  refine,
  whole,
  type Schema,
} from '../core/schema';
import type { Comparison } from './comparison';
import { LETTERS, lettersOf, LONGEST_MAP, type SavedMaps } from './mapLetters';

export function savedMaps({ shared, runs }: Comparison): Schema<SavedMaps> {
  const { context, layers, heads } = shared;
  const letters = lettersOf(context, layers * heads);
  const moment = refine(
    object({ step: part('the step', whole()), runs: part('the runs', list(anything)) }, 'ignored'),
    ({ step, runs: maps }, place) => {
      const isMap = (map: unknown): map is string | null =>
        map === null || (typeof map === 'string' && map.length === letters && LETTERS.test(map));
      const fits = maps.length === runs.length && maps.every(isMap);
      place.check(
        fits,
        `${place.what} should have ${runs.length} runs of ${letters} letters, or null`,
      );
      return { step, runs: maps.filter(isMap) };
    },
  );
  const read = object(
    {
      tokens: part('the tokens', labels(context)),
      begins: optional(part('the documents', begins(context))),
      moments: called('the pictures', list(moment, { each: (n) => `picture ${n}` })),
    },
    'ignored',
  );
  return (value, place) => {
    place.check(
      context <= LONGEST_MAP,
      `the file has pictures of ${context} tokens; they are kept for ${LONGEST_MAP} at most`,
    );
    const all = read(value, place);
    all.moments.forEach(({ step }, i) => {
      const before = i === 0 ? -1 : all.moments[i - 1]!.step;
      place
        .field('moments')
        .item(i)
        .check(
          step > before,
          `picture ${i + 1} is of step ${step}; it should be later than ${before}`,
        );
    });
    return all;
  };
}

const labels =
  (context: number): Schema<readonly string[]> =>
  (value, place) => {
    const all = list(anything)(value, place);
    const isLabel = (one: unknown): one is string => typeof one === 'string' && one.length <= 8;
    place.check(
      all.length === context && all.every(isLabel),
      `${place.what} should be ${context} short labels`,
    );
    return all.filter(isLabel);
  };

/** Tokens at which documents begin, except the first document. */
const begins = (context: number): Schema<readonly number[]> =>
  refine(
    list(whole({ min: 1 }), { each: () => 'where a document of the pictures begins' }),
    (all, place) => {
      place.check(
        all.every((at, i) => at < context && (i === 0 || at > all[i - 1]!)),
        `documents of the pictures should begin at tokens below ${context}, in order`,
      );
      return all;
    },
  );
