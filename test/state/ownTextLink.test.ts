/**
 * @file A link for a text of one's own, opened in a browser without that text: its settings stay, and wait for the
 * text.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fromAddress } from '../../src/compare/address';
import { sameRuns } from '../../src/compare/comparison';
import { surveyOf } from '../../src/data/alphabet';
import { fromQuery } from '../../src/spec/url';
import { Compare } from '../../src/state/compare.svelte';
import { Lab } from '../../src/state/lab.svelte';
import { linkReads, unmetSays } from '../../src/state/letterWords';
import { fakeEngine } from '../fakes/fakeEngine';

const SETTLED = 300; // ms
const TEXT_SETTLED = 1000; // ms
const CHINESE = '你好，斑马读它前面的一切。'.repeat(200);
const ENGLISH = 'All the world is a stage. '.repeat(200);
const THEIRS = surveyOf(CHINESE).alphabet;
const LINK = `v=1&task=own-text&alphabet=${THEIRS}&window=7&layers=3&width=48&heads=3&seed=5`;
const WANTED = { window: 7, layers: 3, width: 48, heads: 3, seed: 5 };

const lab = (query: string, text = '') =>
  new Lab(fakeEngine({ prepareMs: 0, tickMs: 50 }), { query, text, later: (_, then) => then() });
const compare = (query: string, text = '') =>
  new Compare(fakeEngine({ prepareMs: 0, tickMs: 50 }), {
    query,
    text,
    later: (_, then) => then(),
  });
const wait = (ms: number) => vi.advanceTimersByTime(ms);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('in the Lab', () => {
  test('a link keeps its settings in the URL and on the controls, and trains them on a text of the site', () => {
    const opened = lab(LINK);
    wait(SETTLED);
    const own = { ...WANTED, task: 'own-text', alphabet: THEIRS };
    expect(opened.spec).toMatchObject(own);
    expect(fromQuery(opened.query).spec).toEqual(opened.spec);
    expect(opened.run.spec).toMatchObject({ ...WANTED, task: 'moby-dick', alphabet: '' });
    expect([opened.session.textMissing, opened.instead]).toEqual([true, 'Moby-Dick']);
    expect(lab(opened.query).query).toBe(opened.query); // a reload
  });

  test('the settings of a link are used once there is a text, and nothing is missing any more', () => {
    const opened = lab(LINK);
    opened.session.write(CHINESE);
    wait(TEXT_SETTLED);
    expect(opened.run.spec).toMatchObject({ ...WANTED, task: 'own-text', alphabet: THEIRS });
    expect(opened.run.text).toBe(CHINESE);
    expect([opened.session.problem, opened.session.textMissing, opened.session.unmet]).toEqual([
      undefined,
      false,
      undefined,
    ]);
    expect(fromQuery(opened.query).spec).toEqual(opened.run.spec);
  });

  test('the run follows later changes of settings, which stay in the URL', () => {
    const opened = lab(LINK);
    opened.change({ context: 128 });
    wait(SETTLED);
    expect(opened.run.spec).toMatchObject({ ...WANTED, task: 'moby-dick', context: 128 });
    expect(fromQuery(opened.query).spec).toMatchObject({ task: 'own-text', context: 128 });
    opened.change({ heads: 5 }); // impossible; the waiting settings stay unchanged
    wait(SETTLED);
    expect(opened.run.spec.heads).toBe(3);
    expect(fromQuery(opened.query).spec).toMatchObject({
      task: 'own-text',
      context: 128,
      heads: 3,
    });
  });

  test('a text too short for the link’s context gets a message, and the context stays', () => {
    const opened = lab(`${LINK}&context=1024`, ENGLISH);
    expect(opened.session.refused).toMatchObject({ context: 512 });
    expect(opened.session.textMissing).toBe(false);
    expect(opened.spec.context).toBe(1024);
    expect(opened.run.spec).toMatchObject({ task: 'moby-dick', context: 1024 });
    expect(fromQuery(opened.query).spec).toMatchObject({ task: 'own-text', context: 1024 });
  });

  test("while the user's own text trains, it continues until the settings fit it", () => {
    const opened = lab('v=1&task=own-text&context=64', ENGLISH);
    opened.visit('v=1&task=own-text&context=1024&window=9');
    wait(SETTLED);
    expect(opened.run.spec).toMatchObject({ task: 'own-text', context: 64 });
    expect(fromQuery(opened.query).spec).toMatchObject({ context: 1024, window: 9 });
    opened.change({ context: opened.session.refused!.context! });
    wait(SETTLED);
    expect(opened.run.spec).toMatchObject({ task: 'own-text', context: 512, window: 9 });
  });

  test('going back from another link restores the settings', () => {
    const opened = lab(LINK);
    const { query } = opened;
    opened.visit('v=1&task=sotu');
    wait(SETTLED);
    expect([opened.session.textMissing, fromQuery(opened.query).spec.task]).toEqual([
      false,
      'sotu',
    ]);
    opened.visit(query);
    wait(SETTLED);
    expect([opened.query, opened.session.textMissing]).toEqual([query, true]);
    expect(opened.run.spec).toMatchObject({ ...WANTED, task: 'sotu' });
  });

  test("choosing a text of one's own mentions no link, and the URL has the user's choice", () => {
    const opened = lab('v=1&window=7');
    const { run } = opened;
    opened.change({ task: 'own-text' });
    wait(SETTLED);
    expect([opened.session.textMissing, opened.run]).toEqual([false, run]); // it continues unchanged
    expect(fromQuery(opened.query).spec).toMatchObject({ task: 'own-text', window: 7 });
    opened.change({ task: 'moby-dick' });
    wait(SETTLED);
    expect(fromQuery(opened.query).spec.task).toBe('moby-dick');
  });

  test('a restored or continued run restores the URL too', () => {
    const opened = lab('v=1&window=7');
    wait(SETTLED);
    opened.session.once();
    wait(200);
    opened.change({ task: 'own-text', window: 9 });
    wait(SETTLED);
    opened.session.takeBack();
    expect(fromQuery(opened.query).spec).toMatchObject({ task: 'moby-dick', window: 7 });
    opened.change({ task: 'own-text' });
    wait(SETTLED);
    opened.goOn({ ...opened.run.spec, window: 11 }, new Uint8Array(1));
    expect(fromQuery(opened.query).spec).toMatchObject({ task: 'moby-dick', window: 11 });
  });
});

describe('the characters that a link requests', () => {
  const asked = (alphabet: string, ...texts: string[]) => {
    const opened = lab(`v=1&task=own-text&alphabet=${alphabet}`);
    for (const text of texts) {
      opened.session.write(text);
      wait(TEXT_SETTLED);
    }
    return opened;
  };

  test('are kept for a text that uses no others', () => {
    const part = '你好，斑马读它。'.repeat(300);
    expect(asked(THEIRS, part).run.spec.alphabet).toBe(THEIRS);
  });

  test('that are bytes are kept, however the text is typed', () => {
    expect(asked('bytes', 'Al', ENGLISH).run.spec.alphabet).toBe('bytes');
  });

  test('are replaced by those of a text that uses others, with a message', () => {
    const opened = asked(THEIRS, `${CHINESE}斑马线`);
    expect(opened.run.spec.alphabet).not.toBe(THEIRS);
    expect(opened.session.unmet).toEqual({ tokens: 2 + new Set(CHINESE).size, others: ['线'] });
    expect(unmetSays(opened.session.unmet!)).toBe(
      'The link asks for a vocabulary of 15 tokens, but your text uses another character, ‘线’, so its own characters are used instead.',
    );
  });

  test('are dropped once the user chooses what a token is', () => {
    const opened = asked('bytes', ENGLISH);
    opened.change({ alphabet: opened.session.survey!.alphabet });
    wait(SETTLED);
    opened.session.write(`${ENGLISH}!`);
    wait(TEXT_SETTLED);
    expect(opened.run.spec.alphabet).toBe('');
  });

  test('are no longer requested by a link if they came from the text: another text has its own', () => {
    const opened = asked(THEIRS, CHINESE);
    const part = '你好，斑马读它。'.repeat(300);
    opened.session.write(part);
    wait(TEXT_SETTLED);
    expect(opened.run.spec.alphabet).toBe(surveyOf(part).alphabet);
  });

  test('are shown before there is a text', () => {
    expect(linkReads('')).toBe('');
    expect(linkReads('bytes')).toContain('byte by byte');
    expect(linkReads(THEIRS)).toContain('a vocabulary of 15 tokens');
  });
});

describe('in Compare', () => {
  const RUNS = 'run=local&run=grouped;name:Mine';

  test('a link keeps its settings and its runs, and all of them train on a text of the site', () => {
    const opened = compare(`${LINK}&${RUNS}`);
    wait(SETTLED);
    expect(sameRuns(fromAddress(opened.query).comparison, opened.session.asked)).toBe(true);
    expect(opened.session.asked.shared).toMatchObject({
      task: 'own-text',
      alphabet: THEIRS,
      layers: 3,
    });
    expect(opened.session.names).toEqual(['Local', 'Mine']);
    expect(opened.session.training).toMatchObject({
      task: 'moby-dick',
      alphabet: '',
      layers: 3,
      seed: 5,
    });
    expect(opened.session.state).toEqual({ phase: 'paused', step: 0 });
    expect([opened.session.textMissing, opened.session.blocked, opened.instead]).toEqual([
      true,
      undefined,
      'Moby-Dick',
    ]);
  });

  test('runs can be added, named and removed meanwhile, and a reset keeps the waiting settings', () => {
    const opened = compare(`${LINK}&${RUNS}`);
    wait(SETTLED);
    opened.add();
    wait(SETTLED);
    expect(opened.session.runs).toHaveLength(3);
    opened.rename(0, 'First');
    opened.session.remove(2);
    opened.session.reset();
    wait(SETTLED);
    expect(opened.session.names).toEqual(['First', 'Mine']);
    const { comparison } = fromAddress(opened.query);
    expect(comparison.shared.task).toBe('own-text');
    expect(comparison.runs.map(({ name }) => name)).toEqual(['First', 'Mine']);
    expect(opened.session.refused).toBeDefined();
  });

  test('all runs are built on the text once it is given', () => {
    const opened = compare(`${LINK}&${RUNS}`);
    wait(SETTLED);
    opened.session.write(CHINESE);
    wait(TEXT_SETTLED);
    expect(opened.session.runs.map(({ spec, text }) => [spec.task, spec.alphabet, text])).toEqual([
      ['own-text', THEIRS, CHINESE],
      ['own-text', THEIRS, CHINESE],
    ]);
    expect([opened.session.problem, opened.session.textMissing]).toEqual([undefined, false]);
    expect(sameRuns(fromAddress(opened.query).comparison, opened.session.built)).toBe(true);
  });

  test('a text too short for the link’s context gets a message, and the context stays', () => {
    const opened = compare(`${LINK}&context=1024`, ENGLISH);
    wait(SETTLED);
    expect(opened.session.refused).toMatchObject({ context: 512 });
    expect(opened.session.training).toMatchObject({ task: 'moby-dick', context: 1024 });
    expect(fromAddress(opened.query).comparison.shared).toMatchObject({
      task: 'own-text',
      context: 1024,
    });
  });
});
