/** @file Vitest's global set-up of unit tests: checks for generated files, without which many tests fail. */
import { existsSync } from 'node:fs';

/** One file of each kind. */
const MADE = ['public/corpora/moby-dick.json', 'src/ops/simd.wasm'];

export default function prepared(): void {
  const missing = MADE.filter((path) => !existsSync(path));
  if (missing.length > 0)
    throw new Error(
      `The texts and WebAssembly files that tests read have not been made yet (${missing.join(' and ')}). Run this once, it takes seconds: npm run prepare:files`,
    );
}
