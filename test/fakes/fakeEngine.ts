/**
 * @file An engine that computes nothing: the same protocol, with numbers that look like training. For tests of the page
 * and for trying it out; its attention is drawn from a seed, not learned.
 */
import { random } from '../../src/core/random';
import { maskCells } from '../../src/attention/cells';
import type { Engine } from '../../src/workers/train/client';
import {
  addresseeOf,
  type Command,
  type EngineEvent,
  type RunId,
} from '../../src/workers/train/protocol';
import type { AttentionFrame } from '../../src/workers/train/results';
import { trainingMemory } from '../../src/model/memory';
import { poolingFor } from '../../src/model/pooling';
import { modelSpecOf, type ModelSpec } from '../../src/spec/model';
import { localReach, type RunSpec } from '../../src/spec/run';
import { sources } from '../../src/data/registry';
import type { SliceScore } from '../../src/data/slice';
import { slicesOf } from '../../src/data/slices';

interface FakeRun {
  readonly spec: RunSpec;
  readonly model: ModelSpec;
  readonly labels: readonly string[];
  step: number;
  /** Requests made before it was open, in order; undefined once it is. */
  early: Command[] | undefined;
  timer?: ReturnType<typeof setInterval>;
}

const TEXT =
  'Call me Ishmael. Some years ago - never mind how long precisely - having little or no money in my purse, and nothing particular to interest me on shore, I thought I would sail about a little and see the watery part of the world. ';

export interface FakeEngine extends Engine {
  /** Everything the page sent. */
  readonly sent: Command[];
  emit(event: EngineEvent): void;
}

/** `stepsPerTick` steps every `tickMs`; `prepareMs` until it is ready. */
export function fakeEngine({ tickMs = 100, stepsPerTick = 4, prepareMs = 600 } = {}): FakeEngine {
  const listeners = new Map<RunId, (event: EngineEvent) => void>();
  const runs = new Map<RunId, FakeRun>();
  const sent: Command[] = [];

  const emit = (event: EngineEvent) => listeners.get(addresseeOf(event))?.(event);

  function open(runId: RunId, spec: RunSpec) {
    const model = modelSpecOf(spec);
    const run: FakeRun = { spec, model, labels: labelsOf(spec), step: 0, early: [] };
    runs.set(runId, run);
    emit({
      type: 'state',
      runId,
      state: { phase: 'preparing', doing: 'choosing', progress: 0.4 },
    });
    setTimeout(() => {
      if (!runs.has(runId)) return;
      emit({
        type: 'backend',
        runId,
        backend: {
          name: 'webgpu',
          kernel: 'gpu',
          device: 'fake adapter',
          limits: { total: 2 ** 30, largestTensor: 2 ** 28 },
          why: [{ kind: 'fastest', products: 'smallTiles' }],
        },
      });
      emit({ type: 'state', runId, state: { phase: 'paused', step: 0 } });
      const { early = [] } = run;
      run.early = undefined;
      for (const waiting of early) obey(runId, waiting);
    }, prepareMs);
  }

  function step(runId: RunId, run: FakeRun, steps: number) {
    const r = random(run.spec.seed, 'loss', run.step);
    const start = Math.log(run.model.vocabulary);
    const loss = (at: number) => 1.9 + (start - 1.9) * Math.exp(-at / 90);
    const metrics = Array.from({ length: steps }, () => {
      run.step++;
      return {
        step: run.step,
        loss: loss(run.step) + 0.09 * r.normal(),
        accuracy: Math.min(1, Math.max(0, 1 - Math.exp(-run.step / 120) + 0.04 * r.normal())),
        gradNorm: 1,
        rate: 0.003,
        ms: 25 + 2 * r.next(),
        batch: `batch ${run.step}`,
      };
    });
    emit({ type: 'metrics', runId, steps: metrics });
    if (run.step % 40 < steps || run.step === steps) {
      emit({
        type: 'validation',
        runId,
        validation: {
          step: run.step,
          loss: loss(run.step) + 0.08,
          accuracy: 1 - Math.exp(-run.step / 130),
          tokens: 4096,
          slices: slicesIn(run, loss(run.step)),
        },
      });
      emit({
        type: 'sample',
        runId,
        sample: {
          step: run.step,
          prompt: 'The whale ',
          text: "was the sea of the ship the stand and the more of the captain's beart, and so the whale of the sperm",
        },
      });
      emit({
        type: 'memory',
        runId,
        memory: { peak: trainingMemory(run.model, run.spec.batch).peak },
      });
    }
  }

  /** Far targets are harder at first and easier at last; a context without far targets has no difference. */
  function slicesIn({ spec, step }: FakeRun, loss: number): readonly SliceScore[] {
    const source = sources.get(spec.task);
    if (source.kind !== 'corpus') return [];
    return slicesOf(source).map(({ id, back }) => {
      const none = (back?.(source) ?? localReach(spec)) >= spec.context;
      const learned = 1 - Math.exp(-step / 60);
      return {
        id,
        loss: none ? 0 : loss * (1.1 - 0.8 * learned),
        accuracy: none ? 0 : 0.9 * learned,
        tokens: none ? 0 : 812,
      };
    });
  }

  function control(runId: RunId, run: FakeRun, action: 'run' | 'pause' | 'step') {
    clearInterval(run.timer);
    const paused = () => emit({ type: 'state', runId, state: { phase: 'paused', step: run.step } });
    switch (action) {
      case 'run':
        emit({ type: 'state', runId, state: { phase: 'running', step: run.step } });
        run.timer = setInterval(() => step(runId, run, stepsPerTick), tickMs);
        return;
      case 'pause':
        return paused();
      case 'step':
        step(runId, run, 1);
        return paused();
    }
  }

  function frame(runId: RunId, run: FakeRun) {
    const { model, labels } = run;
    setTimeout(() => emit({ type: 'frame', runId, frame: fakeFrame(model, run.step, labels) }), 10);
  }

  /** As in text: the more was read, the better the next token is predicted. */
  function evaluate(runId: RunId, run: FakeRun) {
    const T = run.model.context;
    const counts = Array.from({ length: T }, () => 128);
    const losses = counts.map((count, t) => count * (2 + 1 / (1 + t / 8)));
    const evaluation = {
      step: run.step,
      positions: { losses, counts },
      distances: [],
      slices: slicesIn(run, 2),
    };
    emit({ type: 'evaluation', runId, evaluation });
  }

  function obey(runId: RunId, command: Command) {
    const run = runs.get(runId);
    if (!run) return;
    if (run.early && command.type === 'ask') run.early.push(command);
    else if (command.type === 'close') {
      clearInterval(run.timer);
      runs.delete(runId);
    } else if (command.type === 'ask') {
      if (command.action === 'frame') frame(runId, run);
      else if (command.action === 'evaluate') evaluate(runId, run);
      else if (command.action === 'save')
        return; // it learns nothing worth saving
      else control(runId, run, command.action);
    }
  }

  return {
    sent,
    emit,
    send(command) {
      sent.push(command);
      if (command.type === 'open') open(command.runId, command.spec);
      else if (command.type === 'ask' || command.type === 'close')
        for (const runId of command.runIds) obey(runId, command);
    },
    listen(runId, receive) {
      listeners.set(runId, receive);
      return () => void (listeners.get(runId) === receive && listeners.delete(runId));
    },
    dispose() {
      for (const run of runs.values()) clearInterval(run.timer);
      listeners.clear();
    },
  };
}

function labelsOf(spec: RunSpec): readonly string[] {
  const source = sources.get(spec.task);
  if (source.kind === 'corpus') {
    return Array.from({ length: spec.context }, (_, i) => TEXT[i % TEXT.length]!.replace(' ', '␣'));
  }
  const { tokens } = source.example(random(spec.seed, 'watched'), spec.context, spec.distance);
  return Array.from(tokens, (id) => source.vocabulary.label(id));
}

/** Four kinds of heads, as found in trained models: near, previous token, a few salient keys, even. */
const HEADS: readonly ((distance: number, key: number, noise: number) => number)[] = [
  (d) => Math.exp(-d / 2.2),
  (d, _, noise) => (d === 1 ? 6 : 0.25 * noise),
  (d, key, noise) => (key % 9 === 3 ? 3 * noise : 0.12 * noise) + Math.exp(-d),
  (_, __, noise) => 0.5 + noise,
];

export function fakeFrame(
  model: ModelSpec,
  step: number,
  tokens: readonly string[] = Array.from({ length: model.context }, () => 'x'),
): AttentionFrame {
  const { context: T, heads } = model;
  const { factor, size } = poolingFor(T);
  const sharp = 1 - Math.exp(-step / 80);
  const layers = model.layers.map((layer, l) => {
    const full = maskCells(layer, T);
    const mask = new Uint8Array(size * size);
    for (let q = 0; q < T; q++)
      for (let k = 0; k < T; k++)
        mask[Math.floor(q / factor) * size + Math.floor(k / factor)] ||= full[q * T + k]!;

    const weights = new Float32Array(heads * size * size);
    for (let h = 0; h < heads; h++) {
      const noise = random('frame', l, h);
      const like = HEADS[(h + l) % HEADS.length]!;
      for (let q = 0; q < size; q++) {
        const row = (h * size + q) * size;
        let sum = 0;
        for (let k = 0; k <= q; k++) {
          const n = noise.next();
          if (mask[q * size + k] === 0) continue;
          const w = (1 - sharp) * (0.8 + 0.4 * n) + sharp * like(q - k, k, n);
          weights[row + k] = w;
          sum += w;
        }
        for (let k = 0; k <= q; k++) weights[row + k]! /= sum;
      }
    }
    return { weights, mask };
  });
  return { step, tokens, T, heads, size, factor, layers };
}
