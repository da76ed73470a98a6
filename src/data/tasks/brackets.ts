import type { Random } from '../../core/random';
import { checkRoom, DISTANCE } from '../distance';
import { nextTokens, score } from '../examples';
import { glyphs } from '../glyphs';
import { defineTask } from '../source';

const KINDS = 3;
const DEEPEST = 4; // for the openers at the beginning, and again for the balanced part

const vocabulary = glyphs('([{)]}');
const closerOf = (opener: number) => opener + KINDS;
const isOpener = (token: number) => token < KINDS;

/**
 * [ ( … ) ]   openers, balanced brackets, their closers.
 *
 * A closer is scored if its opener lies far enough back from the token that predicts it; at least one does.
 */
const brackets = defineTask({
  id: 'brackets',
  label: 'Brackets',
  order: 15,
  summary: 'Three kinds of brackets, properly nested; which one closes the innermost open pair?',
  needs:
    'Depth is counted over everything that came before, then one opener is looked up: local layers can do it only for pairs within their reach.',
  source: 'Dyck-(k, D) languages, Yao et al. 2021, arXiv:2105.11115, made smaller',
  vocabulary,
  chance: 1 / KINDS,
  distance: DISTANCE,

  maxDistance: (T) => 2 * Math.floor((T - 1) / 2), // an opener and a balanced run of even length

  example(random, T, distance) {
    checkRoom(brackets, T, distance);
    const length = T + 1; // the last one is only predicted
    const room = Math.floor((length - 2 * Math.ceil(distance / 2)) / 2);
    const depth = 1 + random.below(Math.min(DEEPEST, room));
    const openers = Array.from({ length: depth }, () => random.below(KINDS));
    const between = balanced(random, Math.floor(length / 2) - depth);
    const odd = length % 2 === 1 ? [random.below(KINDS)] : []; // one more opener, which is never closed

    const stream = [...openers, ...between, ...openers.toReversed().map(closerOf), ...odd];
    const example = nextTokens(stream);
    for (const { opener, closer } of pairsOf(stream)) {
      const query = closer - 1;
      if (query - opener >= distance) score(example, query, stream[closer]!);
    }
    return example;
  },
});

export default brackets;

/** `pairs` pairs, nested up to DEEPEST: opens or closes at random if both are possible. */
function balanced(random: Random, pairs: number): number[] {
  const run: number[] = [];
  const open: number[] = [];
  while (run.length < 2 * pairs) {
    const left = 2 * pairs - run.length;
    const opens =
      open.length === 0 || (open.length < DEEPEST && open.length < left && random.below(2) === 0);
    if (opens) open.push(random.below(KINDS));
    run.push(opens ? open.at(-1)! : closerOf(open.pop()!));
  }
  return run;
}

function pairsOf(stream: readonly number[]): { opener: number; closer: number }[] {
  const open: number[] = [];
  return stream.flatMap((token, at) => {
    if (!isOpener(token)) return [{ opener: open.pop()!, closer: at }];
    open.push(at);
    return [];
  });
}
