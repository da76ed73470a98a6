/** @file A number typed by the user: the value used, and a message if it is a different one. */
import { plain, readNumber } from '../../core/numbers';
import { countOf } from '../../core/units';

export interface Allowed {
  readonly min: number;
  readonly max: number;
  /** Allows fractions. */
  readonly fraction?: boolean;
}

export interface Nearest {
  readonly used: number;
  /** What is allowed and what is used instead; undefined if that is what was typed. */
  readonly says: string | undefined;
}

/** '128k' and '1e6' are numbers too. Without a number in it `now` stays. */
export function nearestTo(
  text: string,
  { min, max, fraction = false }: Allowed,
  now: number,
  format: (value: number) => string = plain,
): Nearest {
  const typed = fraction ? readNumber(text) : wholeOf(text);
  const kind = fraction ? 'a number' : 'a whole number';
  const range = `${kind} from ${format(min)} to ${format(max)}`;
  if (typed === undefined)
    return { used: now, says: `It should be ${range}; it is still ${format(now)}.` };
  const used = Math.min(max, Math.max(min, fraction ? typed : Math.round(typed)));
  return {
    used,
    says: used === typed ? undefined : `It should be ${range}; ${format(used)} is used.`,
  };
}

/** Also accepts negative and fractional input, so that it gets an answer. */
function wholeOf(text: string): number | undefined {
  const sign = /^\s*[-−]/.test(text) ? -1 : 1;
  const rest = text.replace(/^\s*[-−]/, '');
  const count = countOf(rest) ?? readNumber(rest);
  return count === undefined ? undefined : sign * count;
}
