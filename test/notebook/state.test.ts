/** @file What a widget keeps comes back as it was; it is small; and damage is a sentence. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { brief, rowsOf, write } from '../../src/attention/expression';
import { fromRule } from '../../src/attention/mask';
import { read } from '../../src/attention/parse';
import { writeRows } from '../../src/attention/writeRows';
import { InputError } from '../../src/core/check';
import { random } from '../../src/core/random';
import { layerOf } from '../../src/masks/doc';
import { readState, writeState, type ShownDoc } from '../../src/notebook/state';
import { draws } from '../support/draws';
import { anyExpression } from '../support/expressions';

const stack: ShownDoc = {
  of: 'prefill',
  says: 'Two kinds of layers.',
  doc: {
    T: 64,
    queries: 8,
    layers: [
      ...Array.from({ length: 40 }, () => layerOf(read('causal & window(4)'))),
      {
        expression: read('causal'),
        paint: [{ query: 1, key: 2, toQuery: 3, toKey: 9, open: false }],
      },
    ],
  },
  more: {
    declared: { length: 60 },
    fill: {
      value: -Infinity,
      dtype: 'f32',
      all: [
        { value: -Infinity, cells: 9 },
        { value: -1e9, cells: 1 },
      ],
    },
  },
  meant: '40*causal & window(5); causal',
  step: true,
  unsettled: 'say what 1 means in this mask',
  config: '{"model_type": "llama"}',
};

describe('the state of a widget', () => {
  test('comes back as it was written', () => {
    expect(readState(writeState([stack, { ...stack, of: 'decode 1' }]))).toEqual([
      stack,
      { ...stack, of: 'decode 1' },
    ]);
  });

  test('has the tokens of each text once, however many steps there are', () => {
    const words = Array.from({ length: 40 }, (_, i) => `word ${i}`);
    const step = (tokens: readonly string[]): ShownDoc => ({
      of: '',
      says: '',
      doc: { T: tokens.length, layers: [layerOf(read('causal'))] },
      tokens,
      kinds: ['full_attention'],
    });
    const docs = [30, 31, 40].map((length) => step(words.slice(0, length)));
    docs.push(step(['another', 'text']));
    const state = writeState(docs);
    expect(readState(state)).toEqual(docs);
    expect(state.split('word 7').length).toBe(2);
  });

  test('holds any mask of terms', () => {
    fc.assert(
      fc.property(anyExpression(32), (expression) => {
        const doc = { T: 32, layers: [layerOf(expression)] };
        const [back] = readState(writeState([{ of: '', says: '', doc }]));
        expect(write(back!.doc.layers[0]!.expression)).toBe(write(expression));
      }),
      draws(100),
    );
  });

  test('holds each mask once, as terms, and never as cells', () => {
    const one = { of: '', says: '', doc: { ...stack.doc, T: 16_384, queries: 16_384 } };
    expect(writeState(Array.from({ length: 9 }, () => one)).length).toBeLessThan(3000);
  });

  test('holds rows in full: another engine does not know their names', () => {
    const { next } = random(1, 'state');
    const rows = writeRows(fromRule(90, 90, (q, k) => k === q || next() < 0.5));
    const doc = { T: 90, layers: [layerOf(rowsOf(rows))] };
    expect(brief(rowsOf(rows))).toContain('rows(#');
    const state = writeState([{ of: '', says: '', doc, meant: brief(rowsOf(rows)) }]);
    expect(state).toContain(rows);
    expect(state).not.toContain('rows(#');
    expect(state.length).toBeLessThan(1.2 * rows.length + 300);
  });

  test('is refused with what to leave out if a notebook should not keep it', () => {
    const { next } = random(2, 'state');
    const layers = Array.from({ length: 3 }, () =>
      layerOf(rowsOf(writeRows(fromRule(1500, 1500, () => next() < 0.5)))),
    );
    expect(() => writeState([{ of: '', says: '', doc: { T: 1500, layers } }])).toThrow(
      /a notebook keeps up to 1048576 of one widget. Show fewer layers, steps or texts at once/,
    );
  });

  test('of a newer version says so', () => {
    const newer = writeState([stack]).replace('"version":1', '"version":2');
    expect(() => readState(newer)).toThrow(
      'it is of version 2, and this widget reads version 1; update zebra-lab',
    );
  });

  test('is read or refused with a sentence, whatever was changed in it', () => {
    const whole = writeState([stack]);
    fc.assert(
      fc.property(
        fc.nat(whole.length - 1),
        fc.constantFrom('', '9', '-', '"', '[', 'null', 'window', '999999999'),
        (at, put) => {
          const changed = whole.slice(0, at) + put + whole.slice(at + 1);
          try {
            readState(changed);
          } catch (error) {
            expect(error).toBeInstanceOf(InputError);
          }
        },
      ),
      draws(1000),
    );
  });
});
