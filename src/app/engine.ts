/** @file The one engine of the page. Its worker is started by URL, so that no tfjs is bundled with the page. */
import { connect } from '../link/client';

export const engine = connect(
  () =>
    new Worker(new URL('../engine/worker.ts', import.meta.url), {
      type: 'module',
      name: 'zebra-engine',
    }),
);
