import type { Rolldown } from 'vite';

export function chunks(): Exclude<Rolldown.OutputOptions['codeSplitting'], boolean | undefined>;
