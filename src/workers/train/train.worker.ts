/** @file The worker's end of the connection. */
import type { Command } from './protocol';
import { Engine } from '../../engine/engine';

const scope = globalThis as unknown as DedicatedWorkerGlobalScope;
const engine = new Engine((event, transfer) => scope.postMessage(event, transfer ?? []));

scope.onmessage = ({ data }: MessageEvent<Command>) => engine.receive(data);
