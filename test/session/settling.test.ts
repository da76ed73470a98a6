import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Settling } from '../../src/session/settling';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function counted() {
  let acts = 0;
  const settling = new Settling(() => acts++);
  return { settling, acts: () => acts };
}

test('what changes follows once, a while after the last change', () => {
  const { settling, acts } = counted();
  for (let i = 0; i < 20; i++) {
    settling.after(250);
    vi.advanceTimersByTime(100);
  }
  expect(acts()).toBe(0);
  vi.advanceTimersByTime(150);
  expect(acts()).toBe(1);
});

test('while a slider is held nothing follows however long the hand rests, and once it lets go, one thing', () => {
  const { settling, acts } = counted();
  settling.hold();
  for (let i = 0; i < 20; i++) {
    settling.after(250);
    vi.advanceTimersByTime(2_000);
  }
  expect(acts()).toBe(0);
  settling.release();
  expect(acts()).toBe(0); // the press that lets go ends first
  vi.advanceTimersByTime(0);
  expect(acts()).toBe(1);
  vi.runAllTimers();
  expect(acts()).toBe(1);
});

test('what was about to follow waits too when the hand takes a slider again', () => {
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

test('what has followed does not follow again when the hand takes a slider and changes nothing', () => {
  const { settling, acts } = counted();
  settling.after(250);
  vi.runAllTimers();
  settling.hold();
  settling.release();
  vi.runAllTimers();
  expect(acts()).toBe(1);
});

test('once the slider is free, changes follow a while after the last one again', () => {
  const { settling, acts } = counted();
  settling.hold();
  settling.release();
  settling.after(250);
  vi.advanceTimersByTime(249);
  expect(acts()).toBe(0);
  vi.advanceTimersByTime(1);
  expect(acts()).toBe(1);
});

test('a hand that held a slider and changed nothing is followed by nothing', () => {
  const { settling, acts } = counted();
  settling.hold();
  settling.release();
  vi.runAllTimers();
  expect(acts()).toBe(0);
});

test('what was stopped does not follow, held or not', () => {
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

test('several acts follow one another, each in a task of its own, up to the one that says no', () => {
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

test('a change between two acts begins with the first of them again', () => {
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

test('what was stopped does not follow a hand that only takes a slider and lets go', () => {
  const { settling, acts } = counted();
  settling.after(250);
  settling.stop();
  settling.hold();
  settling.release();
  vi.runAllTimers();
  expect(acts()).toBe(0);
});
