/** @file Our engine on WebAssembly with all threads: in a worker, as on the site, because a page's thread may not wait. */
import { threadsHere } from '../../src/engine/threads';
import { chooseBackend } from '../../src/machines/backend';
import simdKernels from '../../src/ops/simd.wasm?url';
import { zebra, type Size, type Steppable } from './models';

export type Request =
  { readonly type: 'open'; readonly size: Size; readonly plan: string } | { readonly type: 'step' };
export type Answer =
  | { readonly type: 'opened'; readonly threads: number; readonly peakBytes: number | undefined }
  | { readonly type: 'stepped'; readonly loss: number }
  | { readonly type: 'failed'; readonly message: string };

let model: Steppable | undefined;

async function answer(request: Request): Promise<Answer> {
  if (request.type === 'step') return { type: 'stepped', loss: await model!.step() };
  const threads = threadsHere((fact) => console.error('fewer threads:', fact));
  if (!('crew' in threads)) throw new Error('one thread only: the page is not isolated');
  const backend = await chooseBackend({
    wanted: 'wasm',
    selfTest: async () => {},
    onFault: ({ message }) => console.error(message),
    simdKernels,
    threads,
  });
  if (!backend.threads) throw new Error(`no threads: ${JSON.stringify(backend.why)}`);
  model = await zebra(backend.machine, request.size, request.plan);
  return { type: 'opened', threads: backend.threads, peakBytes: model.peakBytes };
}

addEventListener('message', ({ data }: MessageEvent<Request>) => {
  answer(data).then(
    (said) => postMessage(said),
    (cause: unknown) => postMessage({ type: 'failed', message: String(cause) } satisfies Answer),
  );
});
