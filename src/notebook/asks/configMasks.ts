import { readConfig } from '../../masks/configs';
import { layerOf, maskOfLayer } from '../../masks/doc';
import { defineAsk } from '../ask';

/** The mask that a config gives each layer, over T tokens; one file of runs per layer, int32: query, start, end. */
export default defineAsk<{ readonly config: string; readonly T: number }>({
  id: 'configMasks',
  answer({ facts: { config, T } }) {
    const { layers } = readConfig(config);
    return {
      answer: layers.map(({ type, kind }) => ({ type, kind })),
      files: layers.map(({ expression }) => {
        const mask = maskOfLayer(layerOf(expression), T);
        const runs: number[] = [];
        for (let q = 0; q < T; q++) {
          const row = mask.row(q);
          for (let r = 0; r < row.length; r += 2) runs.push(q, row[r]!, row[r + 1]!);
        }
        return new Uint8Array(Int32Array.from(runs).buffer);
      }),
    };
  },
});
