import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Settling } from '../../src/session/settling';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function counted() {
  let acts = 0;
  const settling = new Settling(() => acts++);
  return { settling, acts: () => acts };
}

test('an action follows once, some time after the last change', () => {
  const { settling, acts } = counted();
  for (let i = 0; i < 20; i++) {
    settling.after(250);
    vi.advanceTimersByTime(100);
  }
  expect(acts()).toBe(0);
  vi.advanceTimersByTime(150);
  expect(acts()).toBe(1);
});

test('while a slider is held no action follows, and one follows when it is released', () => {
  const { settling, acts } = counted();
  settling.hold();
  for (let i = 0; i < 20; i++) {
    settling.after(250);
    vi.advanceTimersByTime(2_000);
  }
  expect(acts()).toBe(0);
  settling.release();
  expect(acts()).toBe(0); // the press that releases it ends first
  vi.advanceTimersByTime(0);
  expect(acts()).toBe(1);
  vi.runAllTimers();
  expect(acts()).toBe(1);
});

test('a pending action also waits if the slider is held again', () => {
  const { settling, acts } = counted();
  settling.after(250);
  vi.advanceTimersByTime(200);
  settling.hold();
  vi.advanceTimersByTime(10_000);
  expect(acts()).toBe(0);
  settling.release();
  vi.runAllTimers();
  expect(acts()).toBe(1);
});

test('a finished action does not repeat if the slider is held again without a change', () => {
  const { settling, acts } = counted();
  settling.after(250);
  vi.runAllTimers();
  settling.hold();
  settling.release();
  vi.runAllTimers();
  expect(acts()).toBe(1);
});

test('once the slider is free, actions again follow some time after the last change', () => {
  const { settling, acts } = counted();
  settling.hold();
  settling.release();
  settling.after(250);
  vi.advanceTimersByTime(249);
  expect(acts()).toBe(0);
  vi.advanceTimersByTime(1);
  expect(acts()).toBe(1);
});

test('a slider that was held without a change triggers nothing', () => {
  const { settling, acts } = counted();
  settling.hold();
  settling.release();
  vi.runAllTimers();
  expect(acts()).toBe(0);
});

test('a cancelled action does not follow, whether the slider is held or not', () => {
  const { settling, acts } = counted();
  settling.after(250);
  settling.stop();
  settling.hold();
  settling.after(250);
  settling.stop();
  settling.release();
  vi.runAllTimers();
  expect(acts()).toBe(0);
});

test('several actions follow one another, each in a task of its own, until one returns false', () => {
  const done: string[] = [];
  const settling = new Settling(
    () => done.push('checked'),
    () => {
      done.push('built');
      return false;
    },
    () => done.push('shown'),
  );
  settling.after(250);
  vi.advanceTimersToNextTimer();
  expect(done).toEqual(['checked']);
  vi.runAllTimers();
  expect(done).toEqual(['checked', 'built']);
});

test('after a change between two actions, all actions follow again from the first', () => {
  const done: string[] = [];
  const settling = new Settling(
    () => done.push('checked'),
    () => done.push('built'),
  );
  settling.after(250);
  vi.advanceTimersToNextTimer();
  settling.after(250);
  vi.runAllTimers();
  expect(done).toEqual(['checked', 'checked', 'built']);
});

test('a cancelled action does not follow when a slider is held and released without a change', () => {
  const { settling, acts } = counted();
  settling.after(250);
  settling.stop();
  settling.hold();
  settling.release();
  vi.runAllTimers();
  expect(acts()).toBe(0);
});
