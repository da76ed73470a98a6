/** @file The page's end of the connection to the masks' worker. */
import { startWorker } from '../startWorker';
import { askDesk } from './client';
import script from './masks.worker.ts?worker&url';

export const startDesk = () => askDesk(() => startWorker(script, 'zebra-masks'));
