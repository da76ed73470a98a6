/** @file Lists of tokens in words, and the room their longest form needs. */
import { listed } from '../../core/numbers';
import { count, type Runs } from '../../attention/runs';

/** '27 to 47', '3', '0 to 4 and 9'; of more than `most` runs the first ones, and how many more there are. */
export function listOf(runs: Runs, most = 6): string {
  const parts: string[] = [];
  for (let r = 0; r < runs.length; r += 2) {
    const [from, to] = [runs[r]!, runs[r + 1]! - 1];
    parts.push(from === to ? `${from}` : `${from} to ${to}`);
  }
  const said =
    parts.length > most
      ? [...parts.slice(0, most - 1), `${parts.length - most + 1} runs more`]
      : parts;
  return listed(said);
}

/** 'token 3', 'tokens 0 to 4 and 9'. */
export const tokensOf = (runs: Runs): string =>
  `${count(runs) === 1 ? 'token' : 'tokens'} ${listOf(runs)}`;

/** The longest of the texts for 0 … n - 1: the room to reserve for all of them. */
export function longestOf(n: number, say: (i: number) => string): string {
  let longest = '';
  for (let i = 0; i < n; i++) {
    const words = say(i);
    if (words.length > longest.length) longest = words;
  }
  return longest;
}
