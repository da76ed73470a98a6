/** @file The page's end of the worker that writes. */
import script from '../../engine/scribe.worker.ts?worker&url';
import { startWorker } from '../../link/startWorker';
import { connectScribe } from './connectScribe';

export const startScribe = () => connectScribe(() => startWorker(script, 'zebra-scribe'));
