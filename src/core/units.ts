/** @file Counts and sizes: as they are shown, bytes in binary units and counts in SI, and as they are typed. */
import { readNumber } from './numbers';

export { formatBytes, formatCount, formatInteger } from './numbers';

/** A count as users type it: 1,000, 128k (of 1,024), 1.5M (of 1,024 × 1,024), 1e6; undefined for anything else. */
export function countOf(typed: string, read: typeof readNumber = readNumber): number | undefined {
  const [, digits, unit] = /^(\d[\d\s.,_'’]*)([km])?$/.exec(typed.trim().toLowerCase()) ?? [];
  if (digits !== undefined && unit !== undefined) {
    const value = read(digits);
    return value && Math.round(value * (unit === 'k' ? 1024 : 1024 ** 2));
  }
  if (!/^[\d\s.,_'’]+(e\d{1,2})?$/i.test(typed)) return undefined;
  const value = read(typed);
  return Number.isInteger(value) ? value : undefined;
}
