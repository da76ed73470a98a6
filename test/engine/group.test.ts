import { describe, expect, test } from 'vitest';
import { Group, type Member } from '../../src/engine/group';
import type { KeptFor } from '../../src/workers/train/protocol';

/** Members that take a step in every round in which they train and do not wait. */
function members(...steps: number[]) {
  const runs = new Map(
    steps.map((step, i) => {
      const said: string[] = [];
      const member = {
        id: `run ${i}`,
        step,
        playing: false,
        once: false,
        said,
        control(action: 'run' | 'pause' | 'step') {
          said.push(action);
          member.playing = action === 'run';
          member.once = action === 'step';
        },
        wantFrame: () => void said.push(`frame at ${member.step}`),
        wantEvaluation: () => void said.push(`evaluate at ${member.step}`),
        wantCheckpoint: (whose: KeptFor) => void said.push(`save for ${whose} at ${member.step}`),
      };
      return [member.id, member] as const;
    }),
  );
  const group = new Group(runs.keys());
  const round = () => {
    group.obey(runs satisfies ReadonlyMap<string, Member>);
    const turns = [...runs.values()].filter(
      (run) => !group.waits(run, runs satisfies ReadonlyMap<string, Member>),
    );
    for (const run of turns) {
      if (run.playing || run.once) run.step++;
      run.once = false;
    }
  };
  const rounds = (count: number) => Array.from({ length: count }, round);
  return { group, runs, rounds, steps: () => [...runs.values()].map(({ step }) => step) };
}

describe('compared runs', () => {
  test('train step by step, and a pause stops them on the same step', () => {
    const { group, rounds, steps } = members(0, 0, 0);
    group.ask('run');
    rounds(5);
    group.ask('pause');
    rounds(5);
    expect(steps()).toEqual([5, 5, 5]);
  });

  test('make one step each for a step command', () => {
    const { group, rounds, steps } = members(3, 3);
    group.ask('step');
    group.ask('step');
    rounds(5);
    expect(steps()).toEqual([5, 5]);
  });

  test('wait for those behind', () => {
    const { group, rounds, steps } = members(7, 2, 5);
    group.ask('run');
    rounds(4);
    expect(steps()).toEqual([7, 6, 6]);
    rounds(2);
    expect(steps()).toEqual([8, 8, 8]);
  });

  test('become level first when paused or stepped while they are not', () => {
    for (const [action, end] of [
      ['pause', 7],
      ['step', 8],
    ] as const) {
      const { group, rounds, steps } = members(7, 2, 5);
      group.ask(action);
      rounds(12);
      expect(steps()).toEqual([end, end, end]);
    }
  });

  test('give pictures of the same step when asked together', () => {
    const { group, runs, rounds } = members(0, 0);
    group.ask('run');
    rounds(3);
    group.ask('frame');
    rounds(1);
    expect([...runs.values()].map(({ said }) => said.at(-1))).toEqual(['frame at 3', 'frame at 3']);
  });

  test('save checkpoints of the same step when asked together, and continue', () => {
    const { group, runs, rounds, steps } = members(0, 0);
    group.ask('run');
    rounds(4);
    group.ask('save');
    rounds(3);
    for (const { said } of runs.values()) {
      expect(said.filter((words) => words.startsWith('save'))).toEqual(['save for autosave at 4']);
    }
    expect(steps()).toEqual([7, 7]);
  });

  test('take a closer look at the same step, once, when asked together', () => {
    const { group, runs, rounds } = members(0, 0);
    group.ask('run');
    rounds(4);
    group.ask('evaluate');
    rounds(3);
    for (const { said } of runs.values()) {
      expect(said.filter((words) => words.startsWith('evaluate'))).toEqual(['evaluate at 4']);
    }
  });

  test('owe a requested action until the next round, and save a checkpoint for each requester', () => {
    const { group, runs, rounds } = members(5);
    group.ask('save', 'person');
    group.ask('save', 'autosave');
    expect([group.owes('run 0'), group.owes('another')]).toEqual([true, false]);
    rounds(1);
    expect(group.owes('run 0')).toBe(false);
    expect(runs.get('run 0')!.said).toEqual(['save for person at 5', 'save for autosave at 5']);
    group.ask('run');
    expect(group.owes('run 0')).toBe(true);
  });

  test('no longer wait for a run that failed', () => {
    const { group, runs, rounds, steps } = members(4, 1);
    group.ask('run');
    rounds(1);
    group.leave('run 1');
    runs.delete('run 1');
    rounds(2);
    expect(steps()).toEqual([6]);
  });
});
