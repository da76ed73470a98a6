/**
 * @file How many cases a property draws: few of what takes long, so that `npm test` stays short, and four times as many
 * when `npm run fuzz` asks for cases nobody has drawn yet.
 */
export const draws = (usual: number): { readonly numRuns: number } => ({
  numRuns: process.env['FUZZ_SEED'] === undefined ? usual : 4 * usual,
});
