/**
 * @file What `npm run bench` times. A job is one page, on which its cases take turns; cases to be compared belong to
 * the same job, and a job takes a minute or less on two cores.
 */

const cases = (size, plan, engines) => engines.map((engine) => ({ size, plan, engine }));

export const OURS = ['zebra-webgpu', 'zebra-wasm', 'zebra-wasm-threads'];

/** Ours is in every group, so that each peer is compared with it on one page. */
const GROUPS = {
  webgpu: ['zebra-webgpu', 'jax-webgpu', 'nanogpt-webgpu'],
  'webgpu-more': ['zebra-webgpu', 'tfjs-webgpu', 'nanogpt-webgpu-half'],
  wasm: ['zebra-wasm', 'zebra-wasm-threads', 'jax-wasm', 'tfjs-wasm', 'nanogpt-wasm'],
  /** TensorFlow.js's other backends: ways that ours does not take. */
  other: ['zebra-wasm-threads', 'tfjs-webgl', 'nanogpt-webgl', 'nanogpt-cpu'],
};
const WAYS = { webgpu: ['webgpu'], 'webgpu-more': ['webgpu'], wasm: ['wasm'], other: ['wasm'] };

const compared = (size, groups, limits) =>
  Object.fromEntries(
    groups.map((group) => [
      `${size}-${group}`,
      { ways: WAYS[group], cases: cases(size, 'global', GROUPS[group]), ...limits },
    ]),
  );

/** Plans of our engine, which the peers do not have. */
const plans = (name, size, more, limits) =>
  Object.fromEntries(
    ['webgpu', 'wasm'].map((way) => [
      `${name}-${way}`,
      {
        ways: [way],
        cases: more.flatMap((plan) =>
          cases(
            size,
            plan,
            OURS.filter((engine) => engine.includes(way)),
          ),
        ),
        ...limits,
      },
    ]),
  );

const FULL = { rounds: 15, secondsEach: 6, longestSeconds: 60 };
const QUICK = { rounds: 5, secondsEach: 1, longestSeconds: 10 };

const full = {
  ...compared('S', Object.keys(GROUPS), FULL),
  ...compared('M', Object.keys(GROUPS), FULL),
  ...compared('L', Object.keys(GROUPS), FULL),
  ...plans('plans', 'L', ['global', 'local', 'approximate', 'grouped'], { ...FULL, rounds: 7 }),
  long: {
    ways: ['webgpu', 'wasm'],
    cases: ['L4', 'XL'].flatMap((size) => cases(size, 'local', OURS)),
    ...FULL,
    rounds: 5,
  },
};

const quick = {
  ...compared('S', Object.keys(GROUPS), QUICK),
  ...compared('L', ['webgpu', 'wasm'], QUICK),
  ...plans('plans', 'L', ['global', 'grouped'], { ...QUICK, rounds: 3 }),
};

/** `only` names a job (`S-wasm`), a size (`S`: all of its jobs) or a way (`wasm`); undefined takes all. */
export function jobsOf({ quick: short = false, only } = {}) {
  const all = Object.entries(short ? quick : full);
  const chosen = all.filter(
    ([name]) => only === undefined || name === only || name.split('-').includes(only),
  );
  if (chosen.length > 0) return Object.fromEntries(chosen);
  throw new Error(`no job is called '${only}'; there are ${all.map(([name]) => name).join(', ')}`);
}
