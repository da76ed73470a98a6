/** @file No lint finds anything in a mask that matches its declaration. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { and, maskOf, not, or, term, type Expression } from '../../src/attention/expression';
import { fromRule } from '../../src/attention/mask';
import { read } from '../../src/attention/parse';
import { plans } from '../../src/attention/plans';
import { has } from '../../src/attention/runs';
import { declaredOf, declaredOfLayers } from '../../src/masks/declared';
import { expressionsOf, masksOf } from '../../src/masks/layers';
import { lint } from '../../src/masks/lint';
import type { Declared, Subject } from '../../src/masks/subject';
import { cacheOf } from '../../src/masks/analysis/cache';
import { DEFAULTS } from '../../src/spec/controls';
import { layersOf } from '../../src/spec/run';

describe('a mask that matches its declaration has no findings', () => {
  const anyT = fc.integer({ min: 8, max: 64 });

  test('in all plans, with the caches of their layers', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...plans.all.map(({ id }) => id)),
        anyT,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom('first' as const, 'last' as const),
        fc.array(fc.constantFrom('G', 'S', 'A'), { minLength: 4, maxLength: 4 }),
        (plan, tokens, window, chunk, groupSize, place, stripes) => {
          const layers = layersOf({
            ...DEFAULTS,
            ...{ plan, window, chunk, groupSize, place, layers: 4, stripes: stripes.join('') },
          });
          const expressions = expressionsOf(layers);
          const declared: Declared = {
            causal: true,
            window,
            layers: layers.map(({ pattern }) => (pattern === 'local' ? 'local' : 'global')),
            length: tokens,
          };
          const subject: Subject = {
            masks: masksOf(expressions, tokens),
            expressions,
            declared,
            caches: layers.map(cacheOf),
            fill: { value: -Infinity, dtype: 'float16' },
            probe: { changed: 3, moved: [3, tokens] },
          };
          expect(lint(subject)).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });

  /** Terms combined sensibly: no query is left without keys, and nothing that should be whole is cut. */
  const sensible = anyT.chain((tokens) =>
    fc
      .record({
        window: fc.option(fc.integer({ min: 1, max: tokens })),
        sink: fc.option(fc.integer({ min: 1, max: 4 })),
        global: fc.array(fc.nat(tokens - 1), { maxLength: 2 }),
        prefix: fc.option(fc.integer({ min: 1, max: tokens })),
        documents: fc.array(fc.integer({ min: 1, max: tokens - 1 }), { maxLength: 3 }),
        padding: fc.integer({ min: 0, max: 4 }),
        causal: fc.boolean(),
      })
      .map(({ window, sink, global, prefix, documents, padding, causal }) => {
        const right = Math.min(padding, window === null ? 4 : window - 1);
        const begins = documents.filter((at) => at < tokens - right);
        const whole = Math.min(tokens - right, window ?? tokens, ...begins);
        const kept = [
          ...(sink === null ? [] : [term('sink', sink)]),
          ...(global.length > 0 ? [term('global', ...global)] : []),
        ];
        const parts: Expression[] = [
          ...(causal
            ? [
                prefix === null
                  ? term('causal')
                  : or(term('causal'), term('prefix', Math.min(prefix, whole))),
              ]
            : []),
          ...(window === null ? [] : [or(term('window', window), ...kept)]),
          ...(begins.length > 0 ? [term('documents', ...begins)] : []),
          ...(right > 0 ? [not(term('padding', 0, right))] : []),
        ];
        return { tokens, expression: and(...parts) };
      }),
  );
  const clean = (expressions: readonly Expression[], tokens: number) =>
    expect(
      lint({
        masks: masksOf(expressions, tokens),
        expressions,
        declared: declaredOfLayers(expressions, tokens),
      }),
    ).toEqual([]);

  test('in all terms, combined sensibly', () => {
    fc.assert(
      fc.property(sensible, ({ tokens, expression }) => {
        clean([expression], tokens);
      }),
      { numRuns: 1000 },
    );
  });

  test('in chunks next to a global layer, and with holes', () => {
    fc.assert(
      fc.property(
        anyT,
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 9 }),
        (tokens, n, W) => {
          clean([read(`causal & chunk(${n})`), read('causal')], tokens);
          clean([read(`causal & dilated(${n})`)], tokens);
          clean([read(`causal & window(${W}) & dilated(${n})`)], tokens);
          clean([read(`causal & (exact(${W}, ${n}) | summaries(${W}, ${n}))`)], tokens);
          clean([read(`causal & exact(${W}, ${n})`)], tokens);
        },
      ),
    );
  });

  test('and if one cell of the future is painted, that cell is found', () => {
    fc.assert(
      fc.property(sensible, fc.nat(63), fc.nat(63), ({ tokens, expression }, a, b) => {
        const declared = declaredOf(expression, tokens);
        const [query, key] = [Math.min(a, b) % tokens, Math.max(a, b) % tokens];
        const mask = maskOf(expression, tokens);
        fc.pre(Boolean(declared.causal) && key > query && !has(mask.row(query), key));
        const masks = [
          fromRule(tokens, tokens, (q, k) => has(mask.row(q), k) || (q === query && k === key)),
        ];
        const [finding] = lint({ masks, declared });
        // A key of padding counts as padding first.
        expect(['L3', 'L14']).toContain(finding?.code);
        expect(finding!.cell).toEqual({ query, key });
      }),
    );
  });
});
