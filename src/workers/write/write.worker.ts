/** @file The scribe's end of the connection. */
import type { WritingCommand } from './protocol';
import { Scribe } from './scribe';

const scope = globalThis as unknown as DedicatedWorkerGlobalScope;
const scribe = new Scribe((event) => scope.postMessage(event));

scope.onmessage = ({ data }: MessageEvent<WritingCommand>) => scribe.receive(data);
