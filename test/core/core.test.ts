import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { check, InputError } from '../../src/core/check';
import { checkParam, clampParam, type ParamSpec } from '../../src/core/params';
import { random } from '../../src/core/random';
import { Registry, registryOf } from '../../src/core/registry';
import { formatBytes, formatCount, formatInteger } from '../../src/core/units';

describe('random', () => {
  test('the same words give the same numbers', () => {
    const [a, b] = [random(1, 'batch', 7), random(1, 'batch', 7)];
    for (let i = 0; i < 100; i++) expect(a.next()).toBe(b.next());
  });

  test('one word more or less gives another stream', () => {
    const firsts = [random(1), random(2), random(1, 'a'), random('1', 'a', 0), random(1, 'a0')].map(
      (stream) => stream.next(),
    );
    expect(new Set(firsts).size).toBe(firsts.length);
  });

  test('uniform numbers fill [0, 1) evenly', () => {
    const { next } = random(3);
    const bins = new Array<number>(10).fill(0);
    for (let i = 0; i < 100_000; i++) bins[Math.floor(next() * 10)]!++;
    for (const count of bins) expect(Math.abs(count - 10_000)).toBeLessThan(500); // 5 sigma
  });

  test('normal numbers have mean 0 and variance 1', () => {
    const { normal } = random(4);
    let [sum, squares] = [0, 0];
    for (let i = 0; i < 100_000; i++) {
      const x = normal();
      sum += x;
      squares += x * x;
    }
    expect(Math.abs(sum / 100_000)).toBeLessThan(0.02);
    expect(Math.abs(squares / 100_000 - 1)).toBeLessThan(0.03);
  });
});

describe('numbers formatted for reading', () => {
  test.each([
    [0, '0'],
    [999, '999'],
    [1000, '1.00 k'],
    [2_610_000, '2.61 M'],
    [999_999, '1.00 M'],
    [6_738_415_616, '6.74 G'],
  ])('%d is %s', (n, text) => expect(formatCount(n)).toBe(text));

  test.each([
    [88, '88 B'],
    [90_112, '88.0 KiB'],
    [22_229_811, '21.2 MiB'],
    [1023.9 * 1024, '1024 KiB'],
    [2 ** 30, '1.00 GiB'],
  ])('%d bytes are %s', (n, text) => expect(formatBytes(n)).toBe(text));

  test('8256 is 8,256', () => expect(formatInteger(8256)).toBe('8,256'));
});

describe('registry', () => {
  test('an unknown name lists the known ones', () => {
    const registry = new Registry('fruit', [{ id: 'apple' }, { id: 'pear' }]);
    expect(() => registry.get('aple')).toThrow("no fruit is called 'aple'; there are apple, pear");
  });

  test('two entries of one name are refused', () => {
    expect(() => new Registry('fruit', [{ id: 'apple' }, { id: 'apple' }])).toThrow(InputError);
  });

  test('two entries of one order are refused, with the largest order in use', () => {
    const fruit = (id: string, order?: number) => ({ default: { id, ...(order && { order }) } });
    const files = { a: fruit('apple', 1), b: fruit('pear', 1), c: fruit('plum', 7) };
    expect(() => registryOf('fruit', files)).toThrow(
      "the fruits 'apple' and 'pear' both have order 1; the largest is 7",
    );
    const sorted = registryOf('fruit', { a: fruit('fig'), b: fruit('date'), c: fruit('plum', 7) });
    expect(sorted.all.map(({ id }) => id)).toEqual(['plum', 'date', 'fig']);
  });
});

describe('parameters', () => {
  const spec: ParamSpec = { label: 'Window', unit: 'tokens', min: 1, max: 512, initial: 16 };

  test('a value out of range says what is allowed', () => {
    expect(() => checkParam('window', spec, 0)).toThrow(
      'window is 0; it should be a whole number from 1 to 512 tokens',
    );
    expect(() => checkParam('window', spec, 2.5)).toThrow(InputError);
    expect(() => checkParam('window', spec, NaN)).toThrow(InputError);
  });

  test('a clamped value is allowed, and an allowed value stays', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.double(), fc.integer()),
        fc.constantFrom<ParamSpec['step']>(1, 4, 'log2', 'log10'),
        fc.constantFrom(1, 4),
        (value, step, multiple) => {
          // 17 = 1 + 4 · 4 lies on every grid; multiples begin at one of their own
          const described =
            multiple > 1 && step === 'log2'
              ? { ...spec, min: 4, max: 16, initial: 8, step, multiple }
              : { ...spec, initial: 17, step: step! };
          const clamped = clampParam(described, value);
          expect(() => checkParam('window', described, clamped)).not.toThrow();
          expect(clampParam(described, clamped)).toBe(clamped);
        },
      ),
    );
  });
});

test('check passes on true and throws its words on false', () => {
  expect(() => check(1, 'no')).not.toThrow();
  expect(() => check('', 'an empty name')).toThrow(new InputError('an empty name'));
});
