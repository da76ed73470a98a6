import { expect, test } from 'vitest';
import { FramePull } from '../../src/session/frames';

/**
 * Times in ms at which frames are requested, if each takes `ms` to arrive and there is always something new to show.
 */
function askedWithin(total: number, ms: number): number[] {
  const asked: number[] = [];
  let now = 0;
  let due: (() => void) | undefined;
  let at = 0; // when `due` is
  let comes = Infinity;
  const pull = new FramePull(
    () => {
      asked.push(now);
      comes = now + ms;
    },
    (wait, then) => {
      due = then;
      at = now + wait;
    },
    () => now,
  );
  for (; now < total; now += 1) {
    pull.touch();
    if (now >= comes) {
      comes = Infinity;
      pull.arrived();
    }
    if (due && now >= at) {
      const then = due;
      due = undefined;
      then();
    }
  }
  return asked;
}

const gaps = (times: readonly number[]) => times.slice(1).map((time, i) => time - times[i]!);

test('the first frame is requested at once', () => {
  expect(askedWithin(10, 1)[0]).toBe(0);
});

test('frames that arrive quickly are requested at most four times a second', () => {
  for (const ms of [1, 20, 100]) {
    for (const gap of gaps(askedWithin(3000, ms))) expect(gap).toBeGreaterThanOrEqual(250 + ms);
    expect(askedWithin(3000, ms).length).toBeGreaterThan(3000 / (260 + ms) - 1);
  }
});

test('frames that arrive slowly take no more than a third of the time', () => {
  for (const ms of [200, 500, 2000]) {
    const asked = askedWithin(20_000, ms);
    expect(asked.length).toBeGreaterThan(2);
    for (const gap of gaps(asked)) expect(gap).toBeGreaterThanOrEqual(3 * ms);
  }
});

test('the request after an unrequested frame waits for the usual pause of 250 ms', () => {
  const asked: number[] = [];
  let now = 60_000;
  const pull = new FramePull(
    () => asked.push(now),
    (wait, then) => {
      now += wait;
      then();
    },
    () => now,
  );
  pull.arrived();
  pull.touch();
  expect(asked).toEqual([60_250]);
});
