/** @file Where a reader continues. */
import { expect, test } from 'vitest';
import { headOf, readDocument } from '../../src/lessons/document';
import { onward } from '../../src/lessons/onward';
import type { LessonProgress } from '../../src/lessons/progress';
import { files } from './all';

const heads = Object.entries(files).map(([id, text]) => headOf(readDocument(id, text)));
const lastOf = (i: number) => heads[i]!.steps.at(-1)!.slug;
const ended = (i: number): LessonProgress => ({
  done: [],
  answers: {},
  read: [lastOf(i)],
  at: lastOf(i),
});
const id = (i: number) => heads[i]!.id;

test('a new reader begins with the first lesson', () => {
  expect(onward(heads, {})).toEqual({ head: heads[0], fresh: true });
});

test('a reader in the middle of a lesson continues there, at their step', () => {
  const at = heads[4]!.steps[2]!;
  const progress = { [id(0)]: ended(0), [id(4)]: { done: [], answers: {}, at: at.slug } };
  expect(onward(heads, progress)).toEqual({ head: heads[4], step: at, fresh: false });
});

test('a reader at the end of a lesson continues with the next unfinished one', () => {
  const progress = { [id(5)]: ended(5), [id(4)]: ended(4) };
  expect(onward(heads, progress)!.head.id).toBe(id(6));
  const last = heads.length - 1;
  expect(onward(heads, { [id(last)]: ended(last) })!.head.id).toBe(id(0));
});

test('a reader who finished all lessons is sent nowhere; progress in a removed lesson is ignored', () => {
  expect(onward(heads, Object.fromEntries(heads.map((_, i) => [id(i), ended(i)])))).toBeUndefined();
  expect(onward(heads, { '99-gone': ended(0) })!.fresh).toBe(true);
});
