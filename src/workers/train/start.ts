/** @file The one engine of the page. Its worker is started by URL, so that no tfjs is bundled with the page. */
import script from './train.worker.ts?worker&url';
import { connect } from './client';
import { startWorker } from '../startWorker';

export const engine = connect(() => startWorker(script, 'zebra-engine'));
