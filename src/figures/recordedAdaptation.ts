/**
 * @file A recorded adaptation: the settings, where and when it ran, and the results; read strictly from JSON.
 *
 * Files come from `npm run record`; anything else in a file is refused with a sentence.
 */
import { plans } from '../attention/plans';
import {
  day,
  flag,
  list,
  number,
  object,
  oneOf,
  only,
  parseJson,
  refine,
  text,
  whole,
  type Schema,
  type TypeOf,
} from '../core/schema';
import { Place } from '../core/place';
import { ROLES, type AdaptPlan } from '../spec/adaptation';
import type { AdaptedLook } from './adaptation';
import { bucket, checkBuckets } from './recordedBuckets';

export const ADAPTATION_VERSION = 1;

const plan: Schema<AdaptPlan> = object({
  times: whole({ min: 1, max: 64 }),
  plan: oneOf(plans.all.map(({ id }) => id)),
  rotary: oneOf(['plain', 'interpolated', 'base']),
  steps: whole({ min: 1, max: 100_000 }),
  rate: number({ min: 0, max: 1 }),
  scratch: flag,
});

const look: Schema<AdaptedLook> = object({
  role: oneOf(ROLES),
  step: whole(),
  buckets: list(bucket({ reach: 1e7, tokens: 1e9, loss: 100 }), {
    min: 1,
    max: 24,
    each: (n, of) => `bucket ${n} of ${of}`,
  }),
});

const adaptation = refine(
  object({
    version: only(
      ADAPTATION_VERSION,
      (shown, of) => `${of} has version ${shown}; this program reads version ${ADAPTATION_VERSION}`,
    ),
    program: text(), // version of Zebra Lab
    made: day,
    machine: text(), // in words
    seconds: number({ min: 0, max: 1e7 }), // training and evaluation, wall time
    model: text(), // id of the shipped model it began with
    context: whole({ min: 8, max: 16_384 }),
    plan,
    looks: list(look, { min: 1, max: 40, each: (n, of) => `look ${n} of ${of}` }),
  }),
  (recorded, place) => {
    const { looks, plan, context } = recorded;
    const at = place.field('looks');
    const cut = ({ buckets }: AdaptedLook) => buckets.map(({ to }) => to).join();
    looks.forEach((look, i) => {
      const own = at.item(i, (n) => `look ${n} of ${place.what}`);
      whole({ max: plan.steps })(look.step, own.field('step'));
      checkBuckets(look.buckets, context * plan.times, own);
      at.check(
        cut(look) === cut(looks[0]!),
        `${at.what} have different buckets; they should have the same`,
      );
      at.check(
        !looks.slice(0, i).some(({ role, step }) => role === look.role && step === look.step),
        `${at.what} have '${look.role}' at step ${look.step} twice`,
      );
    });
    return recorded;
  },
);
export type RecordedAdaptation = TypeOf<typeof adaptation>;

export function parseAdaptation(name: string, json: string): RecordedAdaptation {
  const refusal = `adaptation ${name} is not valid JSON, so it is damaged or was cut off on its way; reload the page`;
  return adaptation(parseJson(json, refusal), new Place(`adaptation ${name}`));
}
