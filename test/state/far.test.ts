import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sources } from '../../src/data/registry';
import type { RunSpec } from '../../src/spec/run';
import { DEFAULTS } from '../../src/spec/controls';
import { apartWords, farAsked, farCounted, farInShort, farWords } from '../../src/state/far';

const spec = (more: Partial<RunSpec>): RunSpec => ({ ...DEFAULTS, ...more });

test('the reach is that of an all-local stack, whatever the plan', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('global', 'grouped', 'local', 'approximate'),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 512 }),
      fc.integer({ min: 1, max: 256 }),
      (plan, layers, window, eighths) => {
        const context = 8 * eighths;
        expect(farAsked(spec({ plan, layers, window, context }))).toEqual({
          reach: Math.min(context, 1 + layers * (window - 1)),
          context,
        });
      },
    ),
  );
});

test('every text of the site has a counted gain; a task and an own text have none', () => {
  for (const source of sources.all) {
    const counted = source.kind === 'corpus' && source.file !== undefined;
    expect([source.id, farCounted(spec({ task: source.id })) !== undefined]).toEqual([
      source.id,
      counted,
    ]);
  }
});

test('a context longer than counted is described by the counted length', () => {
  const counted = (more: Partial<RunSpec>) => farCounted(spec({ context: 16_384, ...more }));
  expect(counted({})).toMatchObject({ reach: 61, context: 2048 });
  expect(counted({ layers: 12, window: 512 })).toBeUndefined(); // its reach is longer as well
});

describe('the sentence about far text', () => {
  const words = (task: string) => farWords(farCounted(spec({ task, context: 512 }))!);
  test('says that reading far hardly pays in the novel, and pays in the table', () => {
    expect(words('moby-dick')).toBe(
      'Reading far hardly pays here: beyond the 61 characters that local layers alone reach, copying from up to 512 back raises the loss by 0.6 % (counted, nothing trained).',
    );
    expect(words('postal-codes')).toMatch(
      /^Reading far pays here: .* lowers the loss by 35\.\d % /,
    );
  });
  test('does not say that it pays if the gain is within twice its error', () => {
    const said = (error: number) => farWords({ reach: 61, context: 512, gain: 0.03, error });
    expect(said(0.004)).toMatch(/^Reading far pays here: .* 3\.0 % ± 0\.4 %/);
    expect(said(0.02)).toMatch(/^Reading far hardly pays here: .* 3\.0 % ± 2\.0 %/);
  });
  test('gives a gain near zero no sign', () => {
    expect(farWords({ reach: 61, context: 64, gain: -0.0001 })).toContain(
      'lowers the loss by 0.0 % (',
    );
  });
  test('says that nothing lies beyond if the reach is the context', () => {
    expect(farWords({ reach: 64, context: 64, gain: 0 })).toBe(
      'Local layers alone reach all 64 characters of the context: nothing lies beyond.',
    );
  });
});

test('the sentence next to the window setting is shorter', () => {
  expect(farInShort({ reach: 61, context: 512, gain: 0.351 })).toBe(
    'Local layers alone reach 61 characters; copying from farther back lowers the loss by 35.1 % (counted).',
  );
  expect(farInShort({ reach: 61, context: 512, gain: -0.006 })).toContain(
    'raises the loss by 0.6 % (',
  );
  expect(farInShort({ reach: 64, context: 64, gain: 0 })).toBe(
    'Local layers alone reach all 64 characters.',
  );
});

test('a sentence says what is out of reach if documents are kept apart, and is empty otherwise', () => {
  const table = spec({ task: 'postal-codes', documents: 'masked' });
  expect(apartWords(table)).toBe(
    'Documents are kept apart: whatever its mask, no layer reads beyond the line that the query is in.',
  );
  expect(apartWords({ ...table, documents: 'restart', task: 'moby-dick' })).toContain('paragraph');
  expect(apartWords({ ...table, documents: 'off' })).toBe('');
  expect(apartWords({ ...table, task: 'needle' })).toBe(''); // a task has none
  expect(apartWords({ ...table, task: 'no such text' })).toBe('');
});
