/**
 * @file Property tests draw the same cases in every `npm test`, so that a failure stays until it is fixed, and no
 * change fails because of a case it did not touch. `npm run fuzz` draws new ones.
 */
import fc from 'fast-check';

const asked = Number(process.env['FUZZ_SEED'] ?? 20231218);
if (!Number.isSafeInteger(asked))
  throw new Error(`FUZZ_SEED is a whole number, such as 7; it was ${process.env['FUZZ_SEED']}.`);
fc.configureGlobal({ seed: asked });
