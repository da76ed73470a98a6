/**
 * @file What `npm run bench` prints and writes, from its results: pure, tested by test/scripts/benchTable.test.ts.
 *
 * Results are `{ machine, date, peaks, jobs }`: peaks as in test/bench/peaks.ts, and the rows (test/bench/bench.ts) of
 * each job by its name.
 */

export const SIZES = ['S', 'M', 'L'];
export const WAYS = ['webgpu', 'wasm'];
const WORDS = { webgpu: 'WebGPU', webgl: 'WebGL', wasm: 'WebAssembly', cpu: 'JavaScript' };

export const NAMES = {
  'zebra-webgpu': 'ours, WebGPU',
  'zebra-wasm': 'ours, WebAssembly, one thread',
  'zebra-wasm-threads': 'ours, WebAssembly, all threads',
  'tfjs-webgpu': 'TensorFlow.js, WebGPU',
  'tfjs-webgl': 'TensorFlow.js, WebGL',
  'tfjs-wasm': 'TensorFlow.js, WebAssembly',
  'jax-webgpu': 'jax-js, WebGPU',
  'jax-wasm': 'jax-js, WebAssembly',
  'nanogpt-webgpu': 'nanogpt, WebGPU',
  'nanogpt-webgpu-half': 'nanogpt, WebGPU, float16 stored',
  'nanogpt-webgl': 'nanogpt, WebGL',
  'nanogpt-wasm': 'nanogpt, WebAssembly',
  'nanogpt-cpu': 'nanogpt, JavaScript',
};

/** How @genai-fi/nanogpt's model differs from ours, which stock tfjs and jax-js train too. */
export const DIFFERENCES =
  'nanogpt trains its own model, NanoGPTV1, with weights of its own. Its MLP is GELU with a hidden width of 4 D, ours is SwiGLU; query, key and value are one product; attention computes all T² scores and masks them. Rotary positions, RMS norms with gains and the tied embedding are as in ours. Its AdamW decays matrices only, does not clip the gradient (nor does stock TensorFlow.js), and scales the loss by 128. "float16 stored" is its mixed precision: activations between kernels are packed in pairs of 16 bits, while arithmetic and weights stay float32.';

const number = (value) =>
  value.toLocaleString('en-GB', {
    maximumFractionDigits: value < 10 ? 1 : 0,
  });
const percent = (share) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
const timed = (row) => row !== undefined && row.reason === undefined;
const table = (heads, rows) =>
  [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

export const rowsOf = ({ jobs }) => Object.values(jobs).flat();

/** GFLOP/s that the machine reaches on the way in which the engine computes; undefined if not measured. */
export const peakOf = ({ peaks }, { engine, way }) =>
  peaks[engine === 'zebra-wasm' ? 'wasm1' : way]?.gflops;

/**
 * The peer that comes closest to the quickest of ours on the same page, and how many times as long its step takes;
 * undefined if no page has both.
 */
export function compared(results, size, way) {
  const [closest] = Object.values(results.jobs)
    .flatMap((rows) => {
      const [ours, ...peers] = rows
        .filter(timed)
        .filter((row) => row.size === size && row.way === way && row.plan === 'global')
        .sort((a, b) => isPeer(a) - isPeer(b) || a.stepMs.median - b.stepMs.median)
        .filter((row, i) => i === 0 || isPeer(row));
      if (!ours || isPeer(ours)) return [];
      return peers.map((peer) => ({ ours, peer, ratio: peer.stepMs.median / ours.stepMs.median }));
    })
    .sort((a, b) => a.ratio - b.ratio);
  const peak = closest && peakOf(results, closest.ours);
  return closest && { ...closest, share: peak && closest.ours.gflops / peak };
}

const isPeer = ({ library }) => Number(library !== 'zebra');

const pairs = (results) =>
  SIZES.flatMap((size) =>
    WAYS.map((way) => ({ size, way, ...compared(results, size, way) })),
  ).filter(({ ours }) => ours);

/** The short table: size and way, ours, the quickest peer, the ratio. */
export const shortTable = (results) =>
  table(
    ['size', 'computed with', 'ours', 'best peer', 'its step', 'ratio', 'of the peak'],
    pairs(results).map(({ size, way, ours, peer, ratio, share }) => [
      size,
      WORDS[way],
      `**${number(ours.stepMs.median)} ms**`,
      NAMES[peer.engine].replace(`, ${WORDS[way]}`, ''),
      `${number(peer.stepMs.median)} ms`,
      `${ratio.toFixed(1)} ×`,
      share === undefined ? '' : percent(share),
    ]),
  );

/** Engines down, sizes across; milliseconds, and GFLOP/s with their share of the peak. */
export function engineTable(results) {
  const rows = rowsOf(results).filter(({ plan }) => plan === 'global');
  const cell = (engine, size) => {
    const row = rows.find((row) => row.engine === engine && row.size === size);
    if (!row) return '';
    if (!timed(row)) return 'cannot run';
    const peak = peakOf(results, row);
    const share = peak ? `, ${percent(row.gflops / peak)}` : '';
    const first = row.stepMs.runs === 0 ? ' (first step)' : '';
    return `${number(row.stepMs.median)} ms${first}; ${number(row.gflops)} GFLOP/s${share}`;
  };
  const engines = Object.keys(NAMES).filter((engine) => rows.some((row) => row.engine === engine));
  return table(
    ['engine', ...SIZES],
    engines.map((engine) => [NAMES[engine], ...SIZES.map((size) => cell(engine, size))]),
  );
}

/** Plans of ours down, which peers do not have; ways across. */
export function planTable(results) {
  const rows = Object.entries(results.jobs)
    .filter(([job]) => job.startsWith('plans') || job === 'long')
    .flatMap(([, rows]) => rows.filter(timed));
  const engines = Object.keys(NAMES).filter((engine) => rows.some((row) => row.engine === engine));
  const lines = [...new Set(rows.map(({ size, plan }) => `${size} ${plan}`))];
  const ms = (line, engine) => {
    const row = rows.find((row) => `${row.size} ${row.plan}` === line && row.engine === engine);
    return row ? `${number(row.stepMs.median)} ms` : '';
  };
  return table(
    ['size', 'plan', ...engines.map((engine) => NAMES[engine])],
    lines.map((line) => [...line.split(' '), ...engines.map((engine) => ms(line, engine))]),
  );
}

/** Parameters and FLOPs per step, ours and nanogpt's. */
export function costTable(results) {
  const rows = rowsOf(results).filter((row) => timed(row) && row.plan === 'global');
  const of = (size, own) =>
    rows.find((row) => row.size === size && (row.library === 'nanogpt') === own);
  return table(
    ['size', 'parameters', 'nanogpt', 'GFLOP per step', 'nanogpt', 'FLOPs, nanogpt ÷ ours'],
    SIZES.map((size) => ({ size, ours: of(size, false), peer: of(size, true) }))
      .filter(({ ours, peer }) => ours && peer)
      .map(({ size, ours, peer }) => [
        size,
        number(ours.parameters),
        number(peer.parameters),
        (ours.flops / 1e9).toFixed(3),
        (peer.flops / 1e9).toFixed(3),
        (peer.flops / ours.flops).toFixed(3),
      ]),
  );
}

export function peakTable({ peaks }) {
  const ways = {
    wasm1: 'WebAssembly, one thread',
    wasm: `WebAssembly, ${peaks.threads} threads`,
    webgpu: 'WebGPU',
  };
  return table(
    ['computed with', 'multiply-adds in registers', 'triad'],
    Object.entries(ways)
      .filter(([way]) => peaks[way])
      .map(([way, words]) => [
        words,
        `${number(peaks[way].gflops)} GFLOP/s`,
        `${number(peaks[way].gigabytes)} GB/s`,
      ]),
  );
}

/** Why rows are missing, each reason once. */
export function reasons(results) {
  const said = new Map();
  for (const { engine, size, plan, reason } of rowsOf(results)) {
    if (reason === undefined) continue;
    const key = `${NAMES[engine]}: ${reason}`;
    said.set(key, [...(said.get(key) ?? []), plan === 'global' ? size : `${size} ${plan}`]);
  }
  return [...said].map(([key, sizes]) => `- ${key} (${sizes.join(', ')})`);
}

/** Everything measured, one row each. */
export function longTable(results) {
  const ms = (value) => value.toFixed(value < 10 ? 1 : 0);
  return table(
    [
      'size',
      'plan',
      'engine',
      'ms, median',
      'ms, least',
      'runs',
      'tokens/s',
      'GFLOP/s',
      'of peak',
      'dispatches',
      'submits',
      'JS ms',
      'memory',
    ],
    rowsOf(results).map((row) => {
      const begin = [row.size, row.plan, row.engine];
      if (!timed(row)) return [...begin, `cannot run: ${row.reason}`, ...Array(9).fill('')];
      const peak = peakOf(results, row);
      return [
        ...begin,
        ms(row.stepMs.median),
        ms(row.stepMs.min),
        row.stepMs.runs || 'first only',
        Math.round(row.tokensPerSecond),
        row.gflops.toFixed(2),
        peak ? percent(row.gflops / peak) : '–',
        row.dispatches,
        row.submits,
        ms(row.jsMs),
        row.peakBytes === null ? '–' : `${(row.peakBytes / 2 ** 20).toFixed(1)} MiB`,
      ];
    }),
  );
}

/** Plans of ours, in sentences: how many times as fast one is as the other. */
export function planRatios(results) {
  const rows = rowsOf(results).filter(timed);
  return Object.keys(NAMES).flatMap((engine) => {
    const token = (size, plan) => {
      // The last one: the job about plans has both on one page.
      const row = rows.findLast(
        (row) => row.size === size && row.plan === plan && row.engine === engine,
      );
      return row && 1000 / row.tokensPerSecond;
    };
    const [global, grouped] = [token('L', 'global'), token('L', 'grouped')];
    const [short, long] = [token('L4', 'local'), token('XL', 'local')];
    return [
      ...(global && grouped
        ? [
            `${NAMES[engine]}: L grouped is ${(global / grouped).toFixed(2)} times as fast as global`,
          ]
        : []),
      ...(short && long
        ? [
            `${NAMES[engine]}, all local: a token at T 4,096 takes ${(long / short).toFixed(2)} times its time at T 1,024`,
          ]
        : []),
    ];
  });
}

/** `text` with `content` between the comments `<!-- bench:NAME -->` and `<!-- /bench:NAME -->`. */
export function replaced(text, name, content) {
  const [from, to] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  const [begin, end] = [text.indexOf(from), text.indexOf(to)];
  if (begin < 0 || end < begin) throw new Error(`${from} … ${to} is missing`);
  return `${text.slice(0, begin + from.length)}\n\n${content}\n\n${text.slice(end)}`;
}

/** Jobs of `later` replace those of `earlier`; peaks are the highest of both. Another machine replaces everything. */
export function merged(earlier, later) {
  if (earlier?.machine !== later.machine) return later;
  const peaks = { ...earlier.peaks };
  for (const way of ['wasm1', 'wasm', 'webgpu']) {
    const [a, b] = [earlier.peaks[way], later.peaks[way]];
    if (!b) continue;
    peaks[way] = {
      gflops: Math.max(a?.gflops ?? 0, b.gflops),
      gigabytes: Math.max(a?.gigabytes ?? 0, b.gigabytes),
    };
  }
  return { ...later, peaks, jobs: { ...earlier.jobs, ...later.jobs } };
}
