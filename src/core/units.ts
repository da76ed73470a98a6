/** @file Numbers formatted for display. Bytes in binary units, counts in SI. */

const SI = ['', ' k', ' M', ' G', ' T', ' P', ' E'];
const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** 2610000 → '2.61 M'. Three significant digits; whole below 1,000. */
export function formatCount(n: number): string {
  return scaled(n, 1000, (digits, power) => `${digits}${SI[power]}`, SI.length);
}

/** 90112 → '88.0 KiB'. */
export function formatBytes(bytes: number): string {
  return scaled(bytes, 1024, (digits, power) => `${digits} ${BINARY[power]}`, BINARY.length);
}

/** 8256 → '8,256'. */
export function formatInteger(n: number): string {
  return INTEGER.format(Math.round(n));
}

/** Made once: toLocaleString looks its language up for every number, and a page writes hundreds. */
const INTEGER = new Intl.NumberFormat('en-US');

function scaled(
  n: number,
  base: number,
  write: (digits: string, power: number) => string,
  powers: number,
): string {
  if (!Number.isFinite(n)) return String(n);
  let power = 0;
  let rest = Math.abs(n);
  // Compared after rounding, so that 999,999 becomes 1.00 M and not 1000 k.
  while (power < powers - 1 && (rest >= base || Number(rest.toPrecision(3)) >= base)) {
    rest /= base;
    power++;
  }
  const digits = power === 0 && Number.isInteger(rest) ? String(rest) : rest.toPrecision(3);
  return (n < 0 ? '−' : '') + write(rest >= 1000 ? String(Math.round(rest)) : digits, power);
}

/** A count as users type it: 1,000, 128k (of 1,024), 1.5M (of 1,024 × 1,024), 1e6; undefined for anything else. */
export function countOf(typed: string): number | undefined {
  const text = typed.replaceAll(/[\s,_]/g, '').toLowerCase();
  const [, digits, unit] = /^(\d+(?:\.\d+)?)([km])$/.exec(text) ?? [];
  if (digits !== undefined) return Math.round(Number(digits) * (unit === 'k' ? 1024 : 1024 ** 2));
  return /^\d+(e\d{1,2})?$/.test(text) ? Number(text) : undefined;
}
