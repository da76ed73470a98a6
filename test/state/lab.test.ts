import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { surveyOf } from '../../src/data/alphabet';
import { presets } from '../../src/spec/preset';
import { DEFAULTS } from '../../src/spec/controls';
import { fromQuery } from '../../src/spec/url';
import { farCounted } from '../../src/state/far';
import { Lab } from '../../src/state/lab.svelte';
import { fakeEngine } from '../fakes/fakeEngine';

const SETTLED = 300; // ms

function open(query = '', text = '') {
  const engine = fakeEngine({ prepareMs: 0, tickMs: 50 });
  const kept: string[] = [];
  const lab = new Lab(engine, {
    query,
    text,
    keep: (t) => kept.push(t),
    later: (_, then) => then(),
  });
  return {
    lab,
    engine,
    kept,
    opened: () => engine.sent.filter(({ type }) => type === 'open').length,
  };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the selection in the Lab', () => {
  test('is in the URL, and comes back from it', () => {
    const { lab, opened } = open('v=1&show=mask&at=2.1.9.4');
    expect(lab.show).toBe('mask');
    expect(lab.selection.cell).toEqual({ layer: 1, head: 0, query: 9, key: 4 });
    expect(lab.query).toBe('v=1&seed=1&show=mask&at=2.1.9.4');
    lab.show = 'weights';
    lab.selection.free();
    expect(lab.query).toBe('v=1&seed=1');
    expect(opened()).toBe(1); // selecting makes no new run
  });
});

describe('the Lab opens', () => {
  test('on a run in which a stripe matters, if the URL names none', () => {
    for (const query of ['', 'backend=wasm']) {
      const { lab } = open(query);
      expect(lab.preset).toBe(presets.get('postal-codes'));
      expect(lab.run.spec).toEqual(lab.spec);
      expect(fromQuery(lab.query).spec).toEqual(lab.spec);
      expect(farCounted(lab.spec)!.gain).toBeGreaterThan(0.2);
    }
  });

  test.each([
    'v=1',
    'v=1&seed=1',
    'seed=1',
    'layers=4',
    'v=1&backend=wasm',
    'embed=1',
    'hide=plan',
  ])('on the same run as ever for a link that is %s', (query) => {
    const { lab } = open(query);
    expect(lab.spec).toEqual({ ...DEFAULTS, backend: lab.spec.backend });
    expect(lab.spec).toMatchObject({ task: 'moby-dick', context: 64, spread: 0.02 });
  });
});

describe('the watched tokens', () => {
  const trained = (query: string) => {
    const opened = open(query);
    vi.advanceTimersByTime(SETTLED);
    expect(opened.lab.run.frame).toBeDefined();
    return opened.lab;
  };

  test('stay visible while another model of the same data has not drawn yet', () => {
    const lab = trained('v=1&layers=2');
    const { tokens } = lab.run.frame!;
    for (const layers of [3, 4]) {
      lab.change({ layers, seed: layers });
      while (lab.run.spec.layers !== layers) vi.advanceTimersToNextTimer();
      expect(lab.run.frame).toBeUndefined();
      expect(lab.session.tokens).toEqual(tokens);
    }
  });

  test.each([{ context: 48 }, { task: 'marker' }])(
    'are no longer known after a change of %o',
    (changed) => {
      const lab = trained('v=1&layers=2');
      const before = lab.run;
      lab.change(changed);
      while (lab.run === before) vi.advanceTimersToNextTimer();
      expect(lab.session.tokens).toBeUndefined();
    },
  );
});

describe('settings', () => {
  test('make a new run once the user has stopped changing them, not before', () => {
    const { lab, opened } = open();
    lab.change({ window: 8 });
    lab.change({ window: 9 });
    expect(opened()).toBe(1);
    vi.advanceTimersByTime(SETTLED);
    expect(opened()).toBe(2);
    expect(lab.run.spec.window).toBe(9);
  });

  test('that are impossible are refused in words, and the run continues', () => {
    const { lab, opened } = open();
    const { run, query } = lab;
    lab.change({ heads: 3 });
    vi.advanceTimersByTime(SETTLED);
    expect(lab.session.problem).toContain('width 64 does not divide into 3 heads');
    expect(lab.run).toBe(run);
    expect(lab.query).toBe(query);
    expect(opened()).toBe(1);
    expect(lab.session.repair).toMatchObject({ width: 60 });
  });

  test('that need more memory than the device has are refused before the run is closed', () => {
    const { lab, opened } = open();
    vi.advanceTimersByTime(SETTLED); // the engine reports its device
    const { run } = lab;
    lab.change({ context: 512, batch: 64, width: 256, layers: 12 });
    vi.advanceTimersByTime(SETTLED);
    expect(lab.session.problem).toMatch(
      /needs about .* GiB, this device allows 1.00 GiB; lower the batch/,
    );
    expect(lab.run).toBe(run);
    expect(opened()).toBe(1);
  });

  test('that follow the proposed repair are accepted', () => {
    const { lab } = open();
    lab.change({ heads: 3 });
    vi.advanceTimersByTime(SETTLED);
    lab.change(lab.session.repair!);
    vi.advanceTimersByTime(SETTLED);
    expect(lab.session.problem).toBeUndefined();
    expect(lab.run.spec).toMatchObject({ heads: 3, width: 60 });
  });

  test('keep training after a change while training, and stay paused after a change while paused', () => {
    const { lab } = open();
    vi.advanceTimersByTime(1);
    lab.change({ layers: 5 });
    vi.advanceTimersByTime(SETTLED);
    expect(lab.session.wish).toBe(false);
    lab.session.train();
    lab.change({ layers: 6 });
    vi.advanceTimersByTime(SETTLED);
    expect(lab.session.wish).toBe(true);
    expect(lab.run.state.phase).toBe('running');
  });

  test('set back to their old values leave the run alone', () => {
    const { lab, opened } = open();
    lab.change({ layers: 5 });
    lab.change({ layers: 4 });
    vi.advanceTimersByTime(SETTLED);
    expect(opened()).toBe(1);
  });
});

describe('a run that was replaced', () => {
  function trained(ms = 500) {
    const opened = open();
    vi.advanceTimersByTime(1);
    opened.lab.session.train();
    vi.advanceTimersByTime(ms);
    return { ...opened, first: opened.lab.run };
  }
  const closed = ({ sent }: ReturnType<typeof fakeEngine>) =>
    sent.flatMap((one) => (one.type === 'close' ? one.runIds : []));

  test.each([
    ['a reset', (lab: Lab) => lab.session.reset()],
    ['another setting', (lab: Lab) => lab.change({ window: 7 })],
    ['another pattern of a layer', (lab: Lab) => lab.stripe(0, 'A')],
    ['a preset', (lab: Lab) => lab.choose('needle')],
  ])('by %s is restored with its settings, its step and its losses', (_, act) => {
    const { lab, first, engine } = trained();
    const { spec } = first;
    act(lab);
    vi.advanceTimersByTime(SETTLED);
    expect(lab.run).not.toBe(first);
    expect(lab.session.before?.runs).toEqual([first]);
    expect(first.state.phase).toBe('paused');
    const second = lab.run.id;
    const [step, losses] = [first.step, first.history.length];
    expect(step).toBeGreaterThan(0);
    lab.session.takeBack();
    expect(lab.run).toBe(first);
    expect(lab.spec).toEqual(spec);
    expect([lab.run.step, lab.run.history.length]).toEqual([step, losses]);
    expect(closed(engine)).toEqual([second]);
    lab.session.train();
    vi.advanceTimersByTime(500);
    expect(lab.run.step).toBeGreaterThan(step);
  });

  test('can still be restored after settings that were never trained', () => {
    const { lab, first } = trained();
    lab.session.pause();
    for (const window of [5, 6, 7]) {
      lab.change({ window });
      vi.advanceTimersByTime(SETTLED);
    }
    expect(lab.session.before?.runs).toEqual([first]);
    lab.session.takeBack();
    expect(lab.spec.window).toBe(first.spec.window);
  });

  test('is the last one that was trained, and the one before that is closed', () => {
    const { lab, first, engine } = trained();
    lab.change({ window: 5 });
    vi.advanceTimersByTime(SETTLED + 500);
    const second = lab.run;
    expect(second.step).toBeGreaterThan(0);
    lab.session.reset();
    expect(lab.session.before?.runs).toEqual([second]);
    expect(closed(engine)).toContain(first.id);
  });

  test('is not kept if nothing was learned, or another backend was chosen', () => {
    const { lab } = open();
    vi.advanceTimersByTime(1);
    lab.session.reset();
    expect(lab.session.before).toBeUndefined();
    const other = trained();
    other.lab.change({ backend: 'wasm' });
    vi.advanceTimersByTime(SETTLED);
    expect(other.lab.session.before).toBeUndefined();
    expect(closed(other.engine)).toContain(other.first.id);
  });

  test('is closed with the page', () => {
    const { lab, first, engine } = trained();
    lab.session.reset();
    lab.dispose();
    expect(closed(engine)).toContain(first.id);
    expect(closed(engine)).toContain(lab.run.id);
  });
});

describe('stripes', () => {
  test('a layer given another pattern makes the plan custom', () => {
    const { lab } = open();
    lab.stripe(1, 'A');
    vi.advanceTimersByTime(SETTLED);
    expect(lab.run.spec).toMatchObject({ plan: 'custom', stripes: 'GAGS' });
  });

  test('are as many as there are layers', () => {
    const { lab } = open('plan=custom&stripes=GSSS');
    lab.change({ layers: 6 });
    vi.advanceTimersByTime(SETTLED);
    expect(lab.run.spec.stripes).toBe('GSSSGS');
  });
});

describe('the URL', () => {
  test('describes the run, and keeps the options of the page', () => {
    const { lab } = open('v=1&layers=2&hide=width,heads&lock=plan&embed=1&seed=5');
    expect(lab.hidden).toEqual(new Set(['width', 'heads']));
    expect(lab.fixed).toEqual(new Set(['plan']));
    expect(lab.embedded).toBe(true);
    expect(lab.query).toBe('v=1&layers=2&seed=5&hide=width%2Cheads&lock=plan&embed=1');
  });

  test('that was adjusted comes with a message', () => {
    const { lab } = open('window=9999&color=red');
    expect(lab.notes).toHaveLength(2);
    expect(lab.run.spec.window).toBe(512);
  });

  test('changed by hand opens another run; our own updates do not', () => {
    const { lab, opened } = open('layers=2');
    lab.visit(lab.query);
    vi.advanceTimersByTime(SETTLED);
    expect(opened()).toBe(1);
    lab.visit('layers=3');
    vi.advanceTimersByTime(SETTLED);
    expect(lab.run.spec.layers).toBe(3);
  });
});

describe('a text of one’s own', () => {
  test('is required before there is a run on it', () => {
    const { lab } = open('v=1');
    lab.change({ task: 'own-text' });
    vi.advanceTimersByTime(SETTLED);
    expect(lab.session.problem).toContain('there is no text yet');
    expect(lab.run.spec.task).toBe('moby-dick');
  });

  test('travels separately from the settings, is kept, and is never in the URL', () => {
    const { lab, engine, kept } = open();
    const text = 'All the world is a stage. '.repeat(200);
    lab.change({ task: 'own-text' });
    lab.session.write(text);
    vi.advanceTimersByTime(1000);
    expect(lab.session.problem).toBeUndefined();
    expect(engine.sent.filter(({ type }) => type === 'open').at(-1)).toMatchObject({ text });
    expect(kept).toEqual([text]);
    expect(lab.query).not.toContain('stage');
  });
});

describe('the characters of a text of one’s own', () => {
  const chinese = '你好，斑马读它前面的一切。'.repeat(200);
  const english = 'All the world is a stage. '.repeat(200);
  const own = (text: string, query = 'v=1') => {
    const opened = open(query);
    opened.lab.change({ task: 'own-text' });
    opened.lab.session.write(text);
    vi.advanceTimersByTime(1000);
    return opened;
  };

  test('are made from it, follow it, and go with its task', () => {
    const { lab } = own(chinese);
    expect(lab.session.problem).toBeUndefined();
    expect(lab.run.spec.alphabet).toBe(surveyOf(chinese).alphabet);
    expect(lab.model.vocabulary).toBe(2 + new Set(chinese).size);
    lab.session.write(english);
    vi.advanceTimersByTime(1000);
    expect([lab.run.spec.alphabet, lab.model.vocabulary]).toEqual(['', 96]);
    lab.session.write(chinese);
    vi.advanceTimersByTime(1000);
    expect(lab.query).toContain('alphabet=');
    lab.change({ task: 'moby-dick' });
    vi.advanceTimersByTime(SETTLED);
    expect([lab.run.spec.alphabet, lab.model.vocabulary]).toEqual(['', 96]);
    expect(lab.query).not.toContain('alphabet');
  });

  test('a text too short for the context gets a context that would work', () => {
    const { lab } = own(chinese, 'context=512');
    expect(lab.session.refused).toEqual({
      why: 'of the 2,600 characters read from your text, 260 are held out (the last tenth, from the next word on), too few for a context of 512, which needs 513: take a context of 256 or less, or add 3,140 characters or more at the end',
      context: 256,
    });
    lab.change({ context: 256 });
    vi.advanceTimersByTime(SETTLED);
    expect(lab.session.problem).toBeUndefined();
  });

  test.each([
    ['another task and back again', (lab: Lab) => lab.change({ task: 'moby-dick' })],
    ['a preset', (lab: Lab) => lab.choose('needle')],
    ['another text, not yet looked at', (lab: Lab) => lab.session.write(english)],
  ])('are found again, however quickly settings follow on %s', (_, away) => {
    for (const wait of [0, 100, 2000]) {
      const { lab } = own(chinese, 'context=200');
      away(lab);
      vi.advanceTimersByTime(wait);
      lab.change({ task: 'own-text' });
      lab.session.write(chinese);
      lab.change({ context: 128 });
      vi.advanceTimersByTime(2000);
      expect(lab.session.problem).toBeUndefined();
      expect(lab.instead).toBeUndefined();
      expect(lab.run.spec).toMatchObject({
        task: 'own-text',
        context: 128,
        alphabet: surveyOf(chinese).alphabet,
      });
      expect(lab.run.text).toBe(chinese);
    }
  });

  test('the same text typed again is read the same way', () => {
    const { lab, opened } = own(chinese);
    lab.change({ alphabet: 'bytes' });
    vi.advanceTimersByTime(SETTLED);
    const before = opened();
    lab.session.write(chinese);
    vi.advanceTimersByTime(1000);
    expect([lab.run.spec.alphabet, opened()]).toEqual(['bytes', before]);
  });

  test('what Train uses instead is shown until the text is in use', () => {
    const { lab } = open('v=1&task=moby-dick');
    expect(lab.instead).toBeUndefined();
    lab.change({ task: 'own-text', context: 512 });
    expect(lab.instead).toBe('Moby-Dick'); // at once, before any delay has passed
    lab.session.write(chinese);
    vi.advanceTimersByTime(1000);
    expect(lab.instead).toBe('Moby-Dick');
    lab.change({ context: lab.session.refused!.context! });
    vi.advanceTimersByTime(SETTLED);
    expect([lab.session.refused, lab.instead]).toEqual([undefined, undefined]);
    lab.session.write('你好');
    vi.advanceTimersByTime(1000);
    expect(lab.instead).toBe('the earlier text');
  });

  test('may be bytes, as long as the text stays', () => {
    const { lab } = own(chinese);
    lab.change({ alphabet: 'bytes' });
    vi.advanceTimersByTime(SETTLED);
    expect(lab.model.vocabulary).toBe(256);
    lab.change({ width: 32 });
    vi.advanceTimersByTime(SETTLED);
    expect(lab.run.spec.alphabet).toBe('bytes');
    lab.session.write(english);
    vi.advanceTimersByTime(1000);
    expect(lab.run.spec.alphabet).toBe('');
  });

  test('stay those of a run that was kept before alphabets existed', () => {
    const { lab } = own(english);
    const before = `${english} 你好`;
    lab.goOn({ ...lab.run.spec, alphabet: '' }, new Uint8Array(1), before);
    expect(lab.run.spec.alphabet).toBe('');
    lab.change({ seed: 7 });
    vi.advanceTimersByTime(SETTLED);
    expect([lab.run.spec.seed, lab.run.spec.alphabet]).toEqual([7, '']);
  });

  test('a refused text is reported separately from the settings, with what trains instead', () => {
    const { lab } = own('你好');
    expect(lab.session.refused?.why).toBe(
      'your text is too short (2 characters; at least 2,000 are needed)',
    );
    expect(lab.session.problem).toBe(lab.session.refused?.why);
    expect(lab.session.training.task).toBe('moby-dick');
    lab.session.write(chinese);
    vi.advanceTimersByTime(1000);
    expect([lab.session.refused, lab.session.training.task]).toEqual([undefined, 'own-text']);
    lab.change({ heads: 3 });
    vi.advanceTimersByTime(SETTLED);
    expect(lab.session.refused).toBeUndefined();
    expect(lab.session.problem).toContain('does not divide');
  });
});

test('reset restarts the same model, paused', () => {
  const { lab } = open();
  vi.advanceTimersByTime(1);
  lab.session.train();
  const before = lab.run;
  lab.session.reset();
  expect(lab.run).not.toBe(before);
  expect(lab.run.spec).toEqual(before.spec);
  expect(lab.session.wish).toBe(false);
});
