/** @file The page's end of the desk. */
import { startWorker } from '../../link/startWorker';
import { askDesk } from './askDesk';
import script from './desk.worker.ts?worker&url';

export const startDesk = () => askDesk(() => startWorker(script, 'zebra-masks'));
