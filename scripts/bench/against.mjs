/**
 * @file `npm run bench:against -- DIR [--gpu] [--only S] [--plan local] [--pairs 15]`: compares a training step of this
 * tree with one of another checkout of the repository (the commit before, its packages installed and its kernels
 * compiled by `npm run prepare:files` there), in one Node process and alternating, so that whatever else the machine
 * does affects both alike.
 *
 * A pair is one step of each tree, and the trees take turns to go first; the result is the median of the ratios, this
 * tree's time over the other's. Times are CPU time where the processor computes (WebAssembly with one thread; software
 * WebGPU in Dawn, which lives in this process), and wall-clock time on a graphics card. Models are reopened a few
 * times, because where their memory happens to lie changes times by a few percent. DIR may be `.`: the ratios then show
 * how far chance moves them from one.
 */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { optionsOf } from '../options.mjs';
import { treeOf } from './tree.mjs';

const OPENINGS = 4; // even: each tree is opened first equally often
const WARM = 2;

const USAGE =
  'npm run bench:against -- DIR [--gpu] [--only S,M,L] [--plan global,local] [--pairs N]\nDIR: the folder of the checkout to compare with.';
const { values, positionals } = optionsOf(
  USAGE,
  {
    gpu: { type: 'boolean' },
    only: { type: 'string', default: 'S,M,L' },
    plan: { type: 'string', default: 'global,local,approximate' },
    pairs: { type: 'string', default: '15' },
  },
  { allowPositionals: true },
);
const [dir] = positionals;
if (!dir) {
  console.error(USAGE);
  process.exit(2);
}
const { gpu } = values;
const onGpu = gpu && (await import('./dawn.mjs'));
const pairs = Number(values.pairs); // in each opening
const sizes = values.only.split(',');
const plans = values.plan.split(',');

const here = fileURLToPath(new URL('../..', import.meta.url));
const trees = [await treeOf(here, 'this'), await treeOf(resolve(dir), 'other')];
const [own, other] = gpu ? await onOneDevice(trees) : trees.map(inWebAssembly);

console.log(
  `${cpus()[0].model.trim()}, ${gpu ? 'WebGPU in Dawn' : 'WebAssembly with one thread'}, Node ${process.version}`,
);
if (gpu) for (const size of sizes) for (const plan of plans) console.log(shaders(size, plan));
console.log('| size | plan | this, ms | other, ms | ratio, median | quartiles | pairs |');
console.log('| --- | --- | ---: | ---: | ---: | ---: | ---: |');
for (const size of sizes) for (const plan of plans) console.log(await line(size, plan));
process.exit(0); // Dawn would keep Node waiting

async function line(size, plan) {
  const times = [];
  for (let opening = 0; opening < OPENINGS; opening++) {
    // The tree opened first gets different memory.
    const order = opening % 2 ? [other, own] : [own, other];
    const opened = new Map();
    for (const tree of order) opened.set(tree, await tree.open(size, plan));
    const [a, b] = [opened.get(own), opened.get(other)];
    for (let round = 0; round < pairs + WARM; round++) {
      const early = round % 2 ? await timed(b) : undefined;
      const one = await timed(a);
      const two = early ?? (await timed(b));
      if (Math.abs(one.loss - two.loss) > 1e-3)
        throw new Error(`step ${round}: losses ${one.loss} and ${two.loss}`);
      if (round >= WARM) times.push({ one: one.ms, two: two.ms });
    }
    a.dispose();
    b.dispose();
  }
  const of = (numbers, share) =>
    numbers.toSorted((x, y) => x - y)[Math.floor(share * numbers.length)];
  const ratios = times.map(({ one, two }) => one / two);
  const cells = [
    size,
    plan,
    of(
      times.map(({ one }) => one),
      0.5,
    ).toFixed(1),
    of(
      times.map(({ two }) => two),
      0.5,
    ).toFixed(1),
    of(ratios, 0.5).toFixed(3),
    `${of(ratios, 0.25).toFixed(3)}–${of(ratios, 0.75).toFixed(3)}`,
    times.length,
  ];
  return `| ${cells.join(' | ')} |`;
}

/**
 * Whether a training step is the same launches of the same shaders in both trees. If so, it takes the same time on any
 * graphics card, whatever the times below say.
 */
function shaders(size, plan) {
  const [a, b] = trees.map(({ bundleOf, modelOf, shaderOf, SIZES }) =>
    ['gpu', 'softwareGpu'].flatMap((kernel) =>
      bundleOf(modelOf(SIZES[size], plan), {
        batch: SIZES[size].B,
        kernel,
      }).programs.train.launches.map(({ kernel: own, constants, threads }) => ({
        name: own.name,
        words: `${threads} ${shaderOf(own, constants, 64)}`.replaceAll(/\s+/g, ' '),
      })),
    ),
  );
  const others = a.filter(({ words }, i) => words !== b[i]?.words).map(({ name }) => name);
  const alike = a.length === b.length && others.length === 0;
  return `${size} ${plan}: ${a.length / 2} launches, ${alike ? 'their shaders the same in both, word for word' : `other shaders of ${[...new Set(others)].join(', ') || 'another number'}`}`;
}

/** One step, and its loss. */
async function timed(model) {
  const [began, at] = [process.cpuUsage(), performance.now()];
  const loss = await model.step();
  const { user, system } = process.cpuUsage(began);
  const clock = performance.now() - at;
  return { loss, ms: onGpu && !onGpu.onProcessor ? clock : (user + system) / 1000 };
}

function opens({ zebra, SIZES }, machine) {
  return { open: (size, plan) => zebra(machine, SIZES[size], plan) };
}

function inWebAssembly(tree) {
  const kernels = readFileSync(join(tree.root, 'src/ops/simd.wasm'));
  return opens(tree, tree.hostMachine(new WebAssembly.Module(kernels)));
}

/** Both on one device: two devices would each have their own threads. */
async function onOneDevice([a, b]) {
  const adapter = await a.findAdapter();
  if (!adapter.adapter) throw new Error(JSON.stringify(adapter)); // an earlier commit throws a message instead
  const { device } = await a.openDevice(adapter, ({ message }) => {
    throw new Error(message);
  });
  const kernel = adapter.software ? 'softwareGpu' : 'gpu';
  return [a, b].map((tree) => opens(tree, tree.gpuMachine(device, kernel)));
}
