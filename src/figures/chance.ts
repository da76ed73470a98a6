/** @file The result of guessing alone: how many of a number of questions are right by chance, counted. */

/**
 * The share of all cases in which guessing gives a count within the range below; half of the other cases lie on either
 * side.
 */
export const WITHIN = 0.95;
/** Fewer questions than this say little, whatever the share of right answers. */
export const FEW = 30;

/**
 * The fewest and the most of `questions` that guessing answers right in the share WITHIN of all cases. Each is right
 * with probability `chance`, independent of the others: the central part of the binomial distribution.
 */
export function byChance(
  questions: number,
  chance: number,
): readonly [least: number, most: number] {
  const tail = (1 - WITHIN) / 2;
  const odds = Math.log(chance / (1 - chance));
  let log = questions * Math.log1p(-chance); // of the probability that `right` are
  let below = 0; // the probability that fewer are
  let least: number | undefined;
  for (let right = 0; right < questions; right++) {
    const upTo = below + Math.exp(log);
    if (least === undefined && upTo > tail) least = right;
    if (upTo >= 1 - tail) return [least!, right];
    below = upTo;
    log += Math.log((questions - right) / (right + 1)) + odds;
  }
  return [least ?? questions, questions];
}
