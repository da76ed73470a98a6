/**
 * @file A recorded adaptation: what was asked, where and when it ran, and what came of it; read strictly from JSON.
 *
 * Files come from `npm run record`; whatever else a file holds is refused with a sentence.
 */
import { check, InputError } from '../core/check';
import { Fields } from '../core/fields';
import { plans } from '../attention/plans';
import { ROLES, type AdaptPlan } from '../spec/adaptation';
import type { Adapted, AdaptedLook } from './adaptation';
import type { Bucket } from './buckets';

export const ADAPTATION_VERSION = 1;

export interface RecordedAdaptation extends Adapted {
  readonly version: typeof ADAPTATION_VERSION;
  readonly program: string; // version of Zebra Lab
  readonly made: string; // YYYY-MM-DD
  readonly machine: string; // in words
  readonly seconds: number; // training and looking, wall time
  /** Id of the shipped model it began with. */
  readonly model: string;
}

export function parseAdaptation(name: string, text: string): RecordedAdaptation {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InputError(
      `adaptation ${name} is not valid JSON; run 'npm run record' to make it again`,
    );
  }
  const file = new Fields(value, `adaptation ${name}`);
  const version = file.get('version');
  check(
    version === ADAPTATION_VERSION,
    `adaptation ${name} has version ${JSON.stringify(version) ?? 'missing'}; this program reads version ${ADAPTATION_VERSION}`,
  );
  const made = file.string('made');
  check(
    /^\d{4}-\d{2}-\d{2}$/.test(made),
    `made of adaptation ${name} is '${made.slice(0, 20)}'; it should be a day such as 2026-11-30`,
  );
  const plan = planOf(file.get('plan'), `plan of adaptation ${name}`);
  const context = file.whole('context', { min: 8, max: 16_384 });
  const recorded: RecordedAdaptation = {
    version,
    program: file.string('program'),
    made,
    machine: file.string('machine'),
    seconds: file.number('seconds', { min: 0, max: 1e7 }),
    model: file.string('model'),
    context,
    plan,
    looks: file
      .list('looks', { min: 1, max: 40 })
      .map((look, i) =>
        lookOf(look, `look ${i + 1} of adaptation ${name}`, context * plan.times, plan.steps),
      ),
  };
  file.end();
  const { looks } = recorded;
  const cut = ({ buckets }: AdaptedLook) => buckets.map(({ to }) => to).join();
  check(
    looks.every((look) => cut(look) === cut(looks[0]!)),
    `looks of adaptation ${name} have different buckets; they should have the same`,
  );
  const twice = looks.find((look, i) =>
    looks.slice(0, i).some(({ role, step }) => role === look.role && step === look.step),
  );
  check(!twice, `looks of adaptation ${name} have '${twice?.role}' at step ${twice?.step} twice`);
  return recorded;
}

function planOf(value: unknown, what: string): AdaptPlan {
  const fields = new Fields(value, what);
  const plan: AdaptPlan = {
    times: fields.whole('times', { min: 1, max: 64 }),
    plan: fields.oneOf(
      'plan',
      plans.all.map(({ id }) => id),
    ),
    rotary: fields.oneOf('rotary', ['plain', 'interpolated', 'base']),
    steps: fields.whole('steps', { min: 1, max: 100_000 }),
    rate: fields.number('rate', { min: 0, max: 1 }),
    scratch: fields.flag('scratch'),
  };
  fields.end();
  return plan;
}

function lookOf(value: unknown, what: string, context: number, steps: number): AdaptedLook {
  const fields = new Fields(value, what);
  const look: AdaptedLook = {
    role: fields.oneOf('role', ROLES),
    step: fields.whole('step', { min: 0, max: steps }),
    buckets: fields
      .list('buckets', { min: 1, max: 24 })
      .map((bucket, i) => bucketOf(bucket, `bucket ${i + 1} of ${what}`)),
  };
  fields.end();
  let read = 0;
  for (const { from, to } of look.buckets) {
    check(
      from === read + 1,
      `${what}: a bucket begins at ${from}; the one before it ends at ${read}`,
    );
    read = to;
  }
  check(read === context, `${what}: the buckets end at ${read}; the context is ${context}`);
  return look;
}

function bucketOf(value: unknown, what: string): Bucket {
  const fields = new Fields(value, what);
  const from = fields.whole('from', { min: 1, max: 1e7 });
  const bucket = {
    from,
    to: fields.whole('to', { min: from, max: 1e7 }),
    tokens: fields.whole('tokens', { min: 1, max: 1e9 }),
    loss: fields.number('loss', { min: 0, max: 100 }),
  };
  fields.end();
  return bucket;
}
