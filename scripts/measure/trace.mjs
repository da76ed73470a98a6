/** @file A trace of the page in Chromium: the tasks of its main thread, and where the engine's thread spends its time. */

const CATEGORIES = [
  'disabled-by-default-devtools.timeline',
  'devtools.timeline',
  'toplevel',
  '__metadata',
  'blink.user_timing',
];
/** Samples every thread's stack; with it, a step takes some 2 % longer. */
const PROFILE = ['disabled-by-default-v8.cpu_profiler'];

/** The events of a trace taken while `act` runs, and the mark that names the page's main thread among them. */
export async function traced(client, act, { profile = false } = {}) {
  const events = [];
  const take = ({ value }) => {
    for (const event of value) events.push(event);
  };
  client.on('Tracing.dataCollected', take);
  await client.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: [...CATEGORIES, ...(profile ? PROFILE : [])] },
  });
  await act();
  // At the end, because a page that is opened meanwhile may get another process.
  const mark = `traced ${Math.random()}`;
  await client.send('Runtime.evaluate', {
    expression: `performance.mark(${JSON.stringify(mark)})`,
  });
  const ended = new Promise((resolve) => client.once('Tracing.tracingComplete', resolve));
  await client.send('Tracing.end');
  await ended;
  client.off('Tracing.dataCollected', take);
  // The browser has one main thread per page: ours is the one that made the mark.
  const ours = events.find(({ name }) => name === mark);
  if (!ours) throw new Error('the trace does not name the main thread of the page');
  return { events, ours };
}

/** Tasks of the page's main thread, most processor time first: ms of wall-clock time and of processor time. */
export const tasksOf = ({ events, ours }) =>
  events
    .filter(
      ({ name, ph, pid, tid }) =>
        name === 'RunTask' && ph === 'X' && pid === ours.pid && tid === ours.tid,
    )
    .map(({ dur, tdur, ts }) => ({
      ts,
      at: ts / 1000,
      wall: dur / 1000,
      cpu: (tdur ?? dur) / 1000,
    }))
    .sort((a, b) => b.cpu - a.cpu);

/** Profiles of all threads of the page's process: per thread, samples as [µs, stack of function names, innermost first]. */
export function profilesOf({ events, ours }) {
  const profiles = new Map();
  for (const { name, id, pid, tid, args } of events) {
    if (pid !== ours.pid || (name !== 'Profile' && name !== 'ProfileChunk')) continue;
    let profile = profiles.get(id);
    if (!profile)
      profiles.set(id, (profile = { nodes: new Map(), samples: [], tid, start: 0, at: 0 }));
    if (name === 'Profile') {
      profile.tid = tid;
      profile.start = profile.at = args.data.startTime;
      continue;
    }
    const { cpuProfile = {}, timeDeltas = [] } = args.data;
    for (const node of cpuProfile.nodes ?? []) profile.nodes.set(node.id, node);
    (cpuProfile.samples ?? []).forEach((node, i) => {
      profile.at += timeDeltas[i];
      profile.samples.push({ node, at: profile.at });
    });
  }
  return [...profiles.values()].map(({ nodes, samples, tid }) => {
    const stacks = new Map();
    const stackOf = (id) => {
      if (id === undefined) return [];
      let stack = stacks.get(id);
      if (!stack) {
        const { callFrame, parent } = nodes.get(id);
        stack = [callFrame, ...stackOf(parent)];
        stacks.set(id, stack);
      }
      return stack;
    };
    return {
      tid,
      main: tid === ours.tid,
      samples: samples.map(({ node, at }, i) => ({
        at,
        ms: ((samples[i + 1]?.at ?? at) - at) / 1000,
        stack: stackOf(node),
      })),
    };
  });
}
