/** @file The page's end of the generation worker. */
import script from './write.worker.ts?worker&url';
import { startWorker } from '../startWorker';
import { connectScribe } from './client';

export const startScribe = () => connectScribe(() => startWorker(script, 'zebra-scribe'));
