/** @file The page's end of the worker that writes. */
import script from '../../engine/scribe.worker.ts?worker&url';
import type { WritingEvent } from '../../link/writing';
import type { ScribeWire } from '../../state/generation.svelte';
import { startWorker } from '../startWorker';

export function startScribe(): ScribeWire & { dispose(): void } {
  const worker = startWorker(script, 'zebra-scribe');
  return {
    send: (command) => worker.postMessage(command),
    listen(receive) {
      worker.onmessage = ({ data }: MessageEvent<WritingEvent>) => receive(data);
      worker.onerror = (event) =>
        receive({
          type: 'problem',
          message: `The worker that writes stopped (${event.message || 'its script could not be loaded'}). Reload the page.`,
        });
    },
    dispose: () => worker.terminate(),
  };
}
