/**
 * @file `npm run models [-- --force] [-- --only WORD]`: trains the shipped models and writes models/: ID.zip (a
 * checkpoint without the optimizer's moments), ID.json (its card) and README.md. A model that is there is kept, so it goes on
 * where it was stopped; --force trains it anew.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { surroundings } from './around.mjs';
import { bundled } from '../bundle.mjs';

const given = process.argv.slice(2);
const force = given.includes('--force');
const only = given.includes('--only') ? given[given.indexOf('--only') + 1] : '';

const ROOT = new URL('../..', import.meta.url);
const folder = new URL('models/', ROOT);

const { RECIPES, train } = await bundled('scripts/record/models.ts');
const around = await surroundings();

for (const recipe of RECIPES.filter(({ id }) => id.includes(only))) {
  const card = new URL(`${recipe.id}.json`, folder);
  if (existsSync(card) && !force) continue;
  const trained = await train(recipe, around);
  writeFileSync(new URL(`${recipe.id}.zip`, folder), trained.file);
  writeFileSync(card, JSON.stringify(trained.card, null, 1) + '\n');
  describe();
  const { heldOut, seconds } = trained.card;
  console.log(`${recipe.id}: loss ${heldOut.loss} after ${seconds} s`);
}

/** One table of all that is there. */
function describe() {
  const there = new Set(readdirSync(folder));
  const cards = RECIPES.filter(({ id }) => there.has(`${id}.json`)).map(({ id }) =>
    JSON.parse(readFileSync(new URL(`${id}.json`, folder), 'utf8')),
  );
  const row = ({ id, heldOut, accuracy, steps, seconds, buckets }) =>
    [
      `\`${id}\``,
      steps,
      heldOut.loss.toFixed(3),
      buckets.length > 0 ? Math.exp(heldOut.loss).toFixed(2) : '',
      `${(100 * accuracy).toFixed(1)} %`,
      buckets.map(({ to, loss }) => `${to}: ${Math.exp(loss).toFixed(2)}`).join(' · '),
      `${Math.round(seconds)} s`,
    ].join(' | ');
  const { machine, made } = cards[0];
  writeFileSync(
    new URL('README.md', folder),
    `# Models

Made by \`npm run models\`, never by hand. Each is a checkpoint (\`ID.zip\`: settings, weights as Hugging Face names
them, checksums) and a card (\`ID.json\`: data, seed, steps, losses, time, machine). The page loads them with one click.

No graphics card was at hand: they were trained on one core (${machine}, ${made}), which is why they are this
small. Losses are in nats per character, held out; perplexity is their exponential. All models of one text saw the same
characters in the same order.

| model | steps | loss | perplexity | accuracy | perplexity by characters read (up to) | training |
| --- | ---: | ---: | ---: | ---: | --- | ---: |
${cards.map((card) => `| ${row(card)} |`).join('\n')}
`,
  );
}
