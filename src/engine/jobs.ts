/**
 * @file Jobs: work that has the machine to itself, because a run training at the same time would slow it and be slowed.
 * Each kind of job is a generator of rows.
 */
import type { Command, EngineEvent, JobId } from '../workers/train/protocol';
import type { JobKind, JobOf, JobProgress, JobRows } from '../workers/train/jobs';
import { readCheckpoint } from '../model/files/checkpoint';
import { checkMemory } from '../model/memory';
import { checkRun } from '../spec/check';
import { sourceOf, type RunSpec } from '../spec/run';
import { adapt } from '../train/adapt';
import { repeat } from '../train/repeat';
import { sweep } from '../train/sweep';
import { Trainer } from '../train/trainer';
import type { Computing } from './computing';
import { failureOf } from './failures';
import { feedOf } from './feeds';
import { nextTask } from './nextTask';

interface Tools extends Pick<Computing, 'models' | 'info'> {
  readonly base: string | undefined;
  readonly cancelled: () => boolean;
}

type Going<K extends JobKind> = JobProgress<JobRows[K]> & { readonly phase: 'row' | 'doing' };

interface Kind<K extends JobKind> {
  /** The models it trains or measures; the machine must be able to run them. */
  specs(job: JobOf<K>): readonly RunSpec[];
  work(job: JobOf<K>, tools: Tools): AsyncGenerator<Going<K>>;
}

const KINDS: { readonly [K in JobKind]: Kind<K> } = {
  sweep: {
    specs: ({ spec, plans }) => plans.map((plan) => ({ ...spec, plan })),
    async *work(job, { models, info, cancelled }) {
      const { spec, plans, contexts } = job;
      for (const context of contexts) checkRun({ ...spec, context, batch: 1 });
      const total = plans.length * contexts.length;
      let done = 0;
      for await (const row of sweep(models, info.limits, job, cancelled))
        yield { phase: 'row', row, kernel: models.kernel, done: ++done, total };
    },
  },
  repeat: {
    specs: ({ specs }) => specs,
    async *work(job, { models, info, base, cancelled }) {
      const { specs, steps, text } = job;
      for (const spec of specs) checkRun(spec);
      const total = specs.length * steps;
      const options = { ...job, feed: (spec: RunSpec) => feedOf({ spec, text, base }) };
      for await (const event of repeat(models, info.limits, options, cancelled)) {
        const { done } = event;
        if (event.kind === 'steps') yield { phase: 'doing', done, total };
        else yield { phase: 'row', row: event.run, kernel: models.kernel, done, total };
      }
    },
  },
  probe: {
    specs: ({ spec }) => [spec],
    async *work({ spec, changed }, { models, info, base }) {
      checkRun(spec);
      checkMemory(spec, info);
      const feed = await feedOf({ spec, base });
      const trainer = await Trainer.open(models, spec, sourceOf(spec), feed);
      try {
        const row = { changed, moved: await trainer.probe(changed), T: spec.context };
        yield { phase: 'row', row, kernel: models.kernel, done: 1, total: 1 };
      } finally {
        trainer.dispose();
      }
    },
  },
  adapt: {
    specs: ({ variants }) => variants.map(({ spec }) => spec),
    async *work(job, { models, info, base, cancelled }) {
      const { variants } = job;
      for (const { spec } of variants) checkRun(spec);
      const total = variants.reduce((sum, { steps }) => sum + steps, 0);
      const model = readCheckpoint(job.model);
      const feed = (spec: RunSpec, text?: string) => feedOf({ spec, text, base });
      for await (const event of adapt(models, info.limits, { ...job, model, feed }, cancelled)) {
        const { done } = event;
        if (event.kind === 'steps') yield { phase: 'doing', done, total };
        else yield { phase: 'row', row: event.look, kernel: models.kernel, done, total };
      }
    },
  },
};

/** What jobs need of the engine. */
interface Host {
  send(event: EngineEvent): void;
  /** The backend for these models, once nothing else uses it. Rejects if a run is training. */
  machine(specs: readonly RunSpec[], cancelled: () => boolean): Promise<Computing>;
}

export class Jobs {
  readonly #cancelled = new Set<JobId>();
  #hidden = false;
  /** Continues the job that waits until the tab is shown. */
  #goOn: (() => void) | undefined;

  constructor(private readonly host: Host) {}

  cancel(jobId: JobId): void {
    this.#cancelled.add(jobId);
    this.#goOn?.();
  }

  /** While the tab is hidden, a job waits between two steps, as runs do. */
  hide(hidden: boolean): void {
    this.#hidden = hidden;
    if (!hidden) this.#goOn?.();
  }

  /** Resolves when the job has ended in any way; its page gets an event that says how. */
  work({ jobId, job, base }: Extract<Command, { type: 'job' }>): Promise<void> {
    return this.#work(jobId, job, base);
  }

  async #work<K extends JobKind>(
    jobId: JobId,
    job: JobOf<K>,
    base: string | undefined,
  ): Promise<void> {
    const send = (progress: JobProgress<JobRows[K]>) =>
      this.host.send({ type: 'job', jobId, kind: job.kind, progress } as EngineEvent);
    const cancelled = () => this.#cancelled.has(jobId);
    try {
      const kind: Kind<K> = KINDS[job.kind];
      const { models, info } = await this.host.machine(kind.specs(job), cancelled);
      for await (const progress of kind.work(job, { models, info, base, cancelled })) {
        send(progress);
        await nextTask(); // so that Cancel gets through
        if (this.#hidden && !cancelled()) await new Promise<void>((go) => (this.#goOn = go));
      }
      send({ phase: 'ended', why: cancelled() ? 'cancelled' : 'complete' });
    } catch (cause) {
      send({ phase: 'failed', failure: failureOf(cause) });
    } finally {
      this.#cancelled.delete(jobId);
    }
  }
}
