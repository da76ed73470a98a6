/**
 * @file Property tests draw the same cases at every `npm test`, so that what is red stays red until it is mended, and
 * nobody's change is refused for a case that it did not touch. `npm run fuzz` draws new ones.
 */
import fc from 'fast-check';

const asked = Number(process.env['FUZZ_SEED'] ?? 20231218);
if (!Number.isSafeInteger(asked))
  throw new Error(`FUZZ_SEED is a whole number, such as 7; it was ${process.env['FUZZ_SEED']}.`);
fc.configureGlobal({ seed: asked });
