/** @file What the home page shows of a recording, as two modules for Vite: computed here, not in the browser. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundled } from '../bundle.mjs';

const FACTS = 'virtual:home-facts';
const RECORDING = 'virtual:home-recording';

/** @returns {import('vite').Plugin} */
export function home(inLanguage) {
  let reading;
  return {
    name: 'zebra-home',
    resolveId: (id) => (id === FACTS || id === RECORDING ? `\0${id}` : undefined),
    async load(id) {
      if (id !== `\0${FACTS}` && id !== `\0${RECORDING}`) return undefined;
      const facts = await (reading ??= bundled('src/app/home/facts.ts', inLanguage));
      const path = new URL(`../../public/${facts.RECORDING}`, import.meta.url);
      if (id === `\0${FACTS}`) return `export default ${JSON.stringify(facts.homeFacts())};`;
      this.addWatchFile(fileURLToPath(path));
      const recording = facts.homeRecording(readFileSync(path, 'utf8'));
      return `export default ${JSON.stringify(recording)};`;
    },
  };
}
