/** @file Random expressions: every term, its parameters from the smallest up, combined in every way. */
import fc from 'fast-check';
import { and, term, terms, type Expression } from '../../src/attention/expression';

const anyTerm = (most: number): fc.Arbitrary<Expression> =>
  fc
    .constantFrom(...terms.all.map(({ id }) => id))
    .chain((id) => {
      const { params, rest } = terms.get(id);
      const number = (min: number) => fc.integer({ min, max: most });
      return fc.tuple(
        fc.constant(id),
        fc.tuple(...params.map(({ min }) => number(min))),
        rest ? fc.array(number(rest.min), { maxLength: 3 }) : fc.constant([]),
        fc.integer({ min: 0, max: 9 }),
      );
    })
    .map(([id, own, more, off]) => ({
      ...(term(id, ...own, ...more) as Expression & { kind: 'term' }),
      ...(off === 0 && { off: true }),
    }));

/** With numbers up to `most`. */
export const anyExpression = (most: number): fc.Arbitrary<Expression> =>
  fc.letrec<{ any: Expression }>((tie) => ({
    any: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      anyTerm(most),
      tie('any').map((of): Expression => ({ kind: 'not', of })),
      fc
        .tuple(
          fc.constantFrom('and' as const, 'or' as const),
          fc.array(tie('any'), { minLength: 2, maxLength: 3 }),
        )
        .map(([kind, of]): Expression => ({ kind, of })),
    ),
  })).any;

/** Of those, expressions that read no token after the query. */
export const causalExpression = (most: number): fc.Arbitrary<Expression> =>
  anyExpression(most).map((one) => and(term('causal'), one));
