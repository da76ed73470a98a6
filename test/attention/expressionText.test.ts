/** @file Mask expressions as text, with numbers anywhere in their ranges, through every format that carries them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashOf, parseHash } from '../../src/app/route';
import { Desk } from '../../src/masks/desk';
import { maskOfLayer } from '../../src/masks/doc';
import { terms, write, type Expression } from '../../src/attention/expression';
import { read } from '../../src/attention/parse';
import { pairsOf } from '../../src/attention/mask';
import { jsonOf, readJson } from '../../src/masks/save';
import { writtenOf } from '../../src/state/answers.svelte.ts';
import { Workbench } from '../../src/state/workbench.svelte.ts';

const numberOf = ({ min, max }: { min: number; max: number }) =>
  fc.oneof(fc.integer({ min, max }), fc.constantFrom(min, max));
const anyTerm: fc.Arbitrary<Expression> = fc
  .constantFrom(...terms.all)
  .chain(({ id, params, rest }) =>
    fc
      .tuple(
        fc.tuple(...params.map(numberOf)),
        rest ? fc.array(numberOf(rest), { maxLength: 12 }) : fc.constant([]),
        fc.boolean(),
      )
      .map(([own, more, off]) => ({
        kind: 'term' as const,
        term: id,
        numbers: [...own, ...more],
        ...(off && { off }),
      })),
  );
const { any } = fc.letrec<{ any: Expression }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    anyTerm,
    fc
      .tuple(tie('any'), fc.boolean())
      .map(([of, off]): Expression => ({ kind: 'not', of, ...(off && { off }) })),
    fc
      .tuple(
        fc.constantFrom('and' as const, 'or' as const),
        fc.array(tie('any'), { minLength: 2, maxLength: 3 }),
        fc.boolean(),
      )
      .map(([kind, of, off]): Expression => ({ kind, of, ...(off && { off }) })),
  ),
}));
const short = any.filter((one) => write(one).length <= 2000);

test('come back unchanged from text, link and file', () => {
  fc.assert(
    fc.property(short, fc.integer({ min: 2, max: 16_384 }), (expression, T) => {
      expect(read(write(expression))).toEqual(expression);
      const doc = { T, layers: [{ expression, paint: [] }] };
      expect(readJson(jsonOf(doc))).toEqual(doc);
      const workbench = new Workbench();
      workbench.show(doc, undefined, write(expression));
      const opened = new Workbench(
        parseHash(
          new URL(hashOf({ page: 'masks', query: workbench.query }), 'https://a.example/').hash,
        ).query,
      );
      expect([opened.notes, opened.doc, opened.other]).toEqual([[], doc, write(expression)]);
    }),
    { numRuns: 200 },
  );
});

test('give the masks that the worker answers about', async () => {
  const desk = new Desk();
  await fc.assert(
    fc.asyncProperty(short, fc.integer({ min: 2, max: 64 }), async (expression, T) => {
      const layer = { expression, paint: [] };
      const mask = structuredClone(writtenOf(layer, T));
      const { profile } = await desk.answer({ kind: 'numbers', mask, block: 8 });
      expect(profile.pairs).toBe(pairsOf(maskOfLayer(layer, T)));
    }),
  );
});

test('are refused if the kept text would be too long to be read again', () => {
  const typed = Array.from({ length: 120 }, () => 'documents(1,2)').join('|');
  expect(typed.length).toBeLessThan(2000);
  const workbench = new Workbench();
  const before = workbench.doc;
  workbench.type(typed);
  expect(workbench.problem).toBe(
    'the mask is 2157 characters long when it is written out; at most 2000 are read',
  );
  expect(workbench.doc).toBe(before);
  workbench.type('causal');
  const long: Expression = {
    kind: 'and',
    of: Array.from({ length: 300 }, () => ({ kind: 'term', term: 'causal', numbers: [] })),
  };
  workbench.setExpression(long);
  expect(workbench.problem).toMatch(/^the mask is \d+ characters long; 2000 at most are read$/);
  expect(new Workbench(workbench.query).doc).toEqual(workbench.doc);
});
