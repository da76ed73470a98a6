/** @file What is shown is written by src/core/numbers.ts, in the reader's language; only machines read anything else. */
import { describe, expect, test } from 'vitest';

/** Files that format for a machine, and why. */
const FOR_MACHINES: Record<string, string> = {
  'core/numbers.ts': 'writes what is shown',
  'app/course/heads.ts': 'orders paths of lessons',
  'app/lessons/pictures/Dial.svelte': 'a path of SVG',
  'app/writing/CacheMeter.svelte': 'a path of SVG',
  'core/registry.ts': 'orders ids',
  'lessons/classroom.ts': 'orders ids of lessons',
  'masks/foreign/foreign.ts': 'orders names in a file, alike for every reader of it',
  'views/KeysProfile/KeysProfile.svelte': 'a path of SVG',
};
const RAW =
  /\.(toFixed|toPrecision|toExponential|toLocale\w*String|localeCompare)\(|\bIntl\.(NumberFormat|DateTimeFormat|ListFormat|Collator)\(/g;
/** ' and ' between the words of a list. */
const JOINED = /\.join\((['"`]) (and|or) \1\)|`?\$\{\w+\.slice\(0, -1\)\.join\(', '\)\} (and|or) /g;

const sources = import.meta.glob<string>('/src/**/*.{ts,svelte}', {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** A number rounded to a number again is not text. */
function isRounded(text: string, at: number): boolean {
  let open = 0;
  for (let i = at - 1; i >= 0 && text[i] !== ';'; i--) {
    if (text[i] === ')') open++;
    else if (text[i] === '(' && --open < 0) {
      if (text.slice(0, i).endsWith('Number')) return true;
      open = 0;
    }
  }
  return false;
}

const rawIn = (text: string): readonly string[] =>
  [...text.matchAll(RAW)]
    .filter(({ index }) => !isRounded(text, index))
    .concat([...text.matchAll(JOINED)])
    .map(([found]) => found);

describe('numbers that are shown', () => {
  const raw = Object.entries(sources).flatMap(([path, text]) =>
    rawIn(text).map((found) => [path.slice('/src/'.length), found] as const),
  );

  test('are written by src/core/numbers.ts', () => {
    expect(raw.filter(([file]) => !Object.hasOwn(FOR_MACHINES, file))).toEqual([]);
  });

  test('no file is excepted without need', () => {
    expect([...new Set(raw.map(([file]) => file))]).toEqual(
      expect.arrayContaining(Object.keys(FOR_MACHINES)),
    );
  });

  test.each([
    ['const a = x.toFixed(2);', 1],
    ['const a = Number(x.toFixed(2));', 0],
    ['const a = signed(Number(x.toFixed(3)), y.toFixed(3));', 1],
    ['const a = Number(of(model, (1 + 2) * T).toPrecision(3));', 0],
    ['const a = `${Number(b)} ${x.toPrecision(2)}`;', 1],
    ["const a = names.join(' and ');", 1],
    ["const a = names.join(', ');", 0],
    ["const a = `${w.slice(0, -1).join(', ')} and ${w.at(-1)}`;", 1],
    ["const a = n.toLocaleString('en-US');", 1],
  ])('finds in %s: %d', (text, count) => {
    expect(rawIn(text)).toHaveLength(count);
  });
});
