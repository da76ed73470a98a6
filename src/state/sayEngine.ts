/** @file Puts the engine's facts into sentences: why it computes as it does, what it is doing, why a run ended. */
import type { BackendFact, Fault, Products, Way } from '../core/backendFacts';
import { fixed, plain } from '../core/numbers';
import type { Failure, Moved } from '../workers/train/runState';
import type { DriveState } from '../session/together';
import { isolation, type Isolation } from './isolation.svelte';

const LABEL: Record<Way, string> = {
  webgpu: 'WebGPU',
  webgl: 'WebGL',
  wasm: 'WebAssembly',
  cpu: 'JavaScript',
};

/** Why this way to compute was chosen, and not another one. */
export const sayBackend = (why: readonly BackendFact[]): string => why.map(sayFact).join(' ');

function sayFact(fact: BackendFact): string {
  switch (fact.kind) {
    case 'noWebGpu':
      if (fact.because === 'noAnswer')
        return `WebGPU could not be asked for a graphics adapter (${fact.message}).`;
      return fact.because === 'unsupported'
        ? 'This browser has no WebGPU.'
        : 'This browser has WebGPU, but no graphics adapter.';
    case 'noWebGl':
      return fact.because === 'unsupported'
        ? 'This browser offers no WebGL 2.'
        : 'This browser has no WebGL outside of pages (no OffscreenCanvas).';
    case 'softwareAdapter': {
      const said = `This machine’s ${LABEL[fact.way]} is computed on the CPU (${fact.adapter})`;
      if (!fact.decided) return `${said}.`;
      if (fact.decided === 'untimed')
        return `${said}; WebAssembly is taken, and both are timed in a quiet moment.`;
      const { wasm, webgpu } = fact.decided;
      return `${said}; for this model a short test predicts ${milliseconds(wasm)} a step in WebAssembly, ${milliseconds(webgpu)} in WebGPU.`;
    }
    case 'oneThread':
      return `WebAssembly computes in one thread here: ${
        fact.because === 'notIsolated' ? sayNotIsolated(isolation.state) : ONE_THREAD[fact.because]
      }.`;
    case 'threadsLost': {
      const { lost, of, message } = fact;
      const others = of - lost === 1 ? 'one computes everything' : `the other ${of - lost} go on`;
      return `${lost} of ${of} threads ${lost === 1 ? 'is' : 'are'} lost (${message}); ${others}.`;
    }
    case 'threadStuck':
      return STUCK;
    case 'noSharedMemory':
      return `The browser refused ${Math.ceil(fact.bytes / 2 ** 20)} MiB of shared memory, so this model is computed in one thread.`;
    case 'failedSelfTest':
      return `${LABEL[fact.way]} failed its self-test (${fact.message}).`;
    case 'failedWithThreads':
      return `WebAssembly could not be used with several threads (${fact.message}).`;
    case 'fastest':
      return `WebGPU is the fastest way here; its products run ${sayProducts(fact.products)}.`;
    case 'asked':
      return 'You asked for it.';
    case 'askedTfjs':
      return 'You asked for TensorFlow.js: composed operations and gradients by the tape, to compare with.';
    case 'tfjsFailed':
      return `Its ${LABEL[fact.way]} cannot be used (${fact.message}).`;
    case 'tfjsWithoutGpu':
      return 'Its WebGPU and WebGL are left out after a fault of the graphics device.';
  }
}

/** Why this page may not share memory between threads, and what would help. */
export function sayNotIsolated(state: Isolation): string {
  switch (state.kind) {
    case 'atReload':
      return 'reload the page once, and it will use all cores';
    case 'off':
      return 'the address says isolation=off; without that, it would use all cores';
    case 'forgotten':
      return 'the address says offline=off, which removes the service worker; without that, it would use all cores';
    case 'framed':
      return 'this page is embedded in another one that is not cross-origin isolated. In a tab of its own it uses all cores';
    case 'insecure':
      return 'browsers allow several threads only over HTTPS';
    case 'noServiceWorker':
      return 'this host does not send the two headers that several threads need, and this browser allows no service worker that could add them (some private windows do not)';
    case 'refused':
      return `this host does not send the two headers that several threads need, and they could not be added (${state.message})`;
    case 'starting':
    case 'isolated':
      return 'several threads need a cross-origin isolated page. Its host must send two headers over HTTPS; if the page is embedded, so must the page around it';
  }
}

const ONE_THREAD = {
  noSharedMemory: 'the browser has no memory that threads can share',
  oneCore: 'the browser reports one processor core',
  coresUnknown: 'the browser does not say how many processor cores there are',
} as const;

const STUCK = 'A thread did not finish its part, so one thread computes everything from now on.';

function sayProducts(products: Products): string {
  if (products === 'smallTiles') return 'in small tiles';
  const how =
    products === 'workgroupMemory'
      ? 'through workgroup memory'
      : `in tiles of ${products.rows} × ${products.columns}`;
  return `${how}, as a short test found best`;
}

const milliseconds = (ms: number) => `${ms < 10 ? fixed(ms, 1) : Math.round(ms)} ms`;

const DOING = {
  starting: 'Starting the engine',
  choosing: 'Looking for the fastest way to compute',
  loadingText: 'Loading the text',
  building: 'Building the model',
  recovering: 'The graphics device failed; starting again',
  recoveringThread: 'A thread failed; starting again',
} as const;

/** What keeps a run from training yet. */
export function sayPreparation(state: Extract<DriveState, { phase: 'preparing' }>): string {
  const doing = DOING[state.doing];
  return 'run' in state ? `Run ${state.run}: ${doing}` : doing;
}

/** What happened to a run that was moved, and from which step it continues. */
export function sayMoved({ because, step, trains }: Moved): string {
  const what = because.kind === 'faster' ? 'WebGPU is faster here.' : sayFault(because);
  return `${what} ${trains ? 'Training went' : 'It can go'} on from step ${step}.`;
}

function sayFault({ kind, message }: Fault): string {
  switch (kind) {
    case 'lost':
      return `The graphics device was lost (${message}).`;
    case 'gone':
      return 'The WebGL context was lost.';
    case 'error':
      return `The graphics device reported an error (${message}). Its results cannot be trusted.`;
    case 'stuck':
      return STUCK;
  }
}

/** Why a run ended. `reset` is the name of the button that starts again, if the page has one. */
export function sayFailure(failure: Failure, reset?: string): string {
  const again = reset ? ` Press ${reset} to start again.` : '';
  switch (failure.kind) {
    case 'settings':
      return `These settings cannot run: ${failure.message}.`;
    case 'diverged': {
      const { loss, gradNorm, step, rate } = failure;
      // Usually both are not finite; the loss is the number that readers watch.
      const what = Number.isFinite(loss)
        ? `norm of the gradient became ${gradNorm}`
        : `loss became ${loss}`;
      const help = `${reset ? `Press ${reset}; a` : 'A'} learning rate below ${plain(rate)} may help.`;
      return `The ${what} at step ${step}, so training stopped. ${help}`;
    }
    case 'noText':
      return `${failure.message} Check the connection${reset ? ` and press ${reset}` : ''}.`;
    case 'noBackend': {
      const facts = sayBackend(failure.facts);
      return failure.of === 'tfjs'
        ? `TensorFlow.js cannot compute here. ${facts} Choose another way under “Compute with”.${again}`
        : `This browser offers no way to compute. ${facts}${again}`;
    }
    case 'failsAgain':
      return `${sayFault(failure.fault)} It happened ${failure.times} times, so this page stops trying.${again}`;
    case 'busy':
      return failure.by === 'training'
        ? 'A run is training, and both would be slower. Pause it first.'
        : 'Another run is training on the current backend. Pause it before you change the backend.';
    case 'engineStopped':
      return `The engine stopped (${failure.message}).${reset ? ` Press ${reset} to start it again.` : ''}`;
    case 'error':
      return `${failure.message.replace(/\.$/, '')}.${again}`;
  }
}
