/** @file The scribe's end of the connection. */
import { loadKernels } from '../../machines/kernels';
import type { WritingCommand } from './protocol';
import { Scribe } from './scribe';

const scope = globalThis as unknown as DedicatedWorkerGlobalScope;
const kernels = loadKernels().catch((cause: unknown) => ({
  message: cause instanceof Error ? cause.message : String(cause),
}));
const scribe = new Scribe((event) => scope.postMessage(event), kernels);

scope.onmessage = ({ data }: MessageEvent<WritingCommand>) => scribe.receive(data);
