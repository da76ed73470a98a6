import { maskOfLayer, queriesOf } from '../../masks/doc';
import { check } from '../../core/check';
import { defineAsk } from '../ask';
import type { Checked } from '../checked';
import { checkedOf } from '../findings';
import { drawingOf, pictureOf } from '../picture';
import { readState } from '../state';

/**
 * What a widget shows, without the widget: the findings, and, on request, a drawing of letters and the pixels of a
 * picture as a file, places in `palette`, with the first wrong cell marked.
 */
export default defineAsk<{
  readonly state: string;
  readonly part: number;
  readonly layer: number;
  /** The masks to compare with instead of those of the state; empty for none. */
  readonly other: string;
  readonly picture?: boolean;
}>({
  id: 'shown',
  async answer({ facts: { state, part, layer, other, picture } }) {
    const docs = readState(state);
    const kept = docs[part];
    check(kept, `part is ${part}; there are parts 0 to ${docs.length - 1}`);
    const { doc } = kept;
    check(
      layer >= 0 && layer < doc.layers.length,
      `layer is ${layer}; there are layers 0 to ${doc.layers.length - 1}`,
    );
    const { meant, step: _, ...alone } = kept;
    const shown =
      other === (meant ?? '') ? kept : { ...alone, ...(other !== '' && { meant: other }) };
    const checked = await checkedOf(shown, layer);
    const wrong = wrongOf(checked, layer);
    const mask = maskOfLayer(doc.layers[layer]!, doc.T, queriesOf(doc));
    const drawn = picture ? pictureOf(shown, layer, wrong) : undefined;
    return {
      answer: {
        checked,
        wrong,
        ...(drawn && {
          drawing: drawingOf(mask),
          picture: { width: drawn.width, height: drawn.height, palette: drawn.palette },
        }),
      },
      ...(drawn && { files: [drawn.pixels] }),
    };
  },
});

/** The first wrong cell of this layer. */
function wrongOf({ findings, apart }: Checked, layer: number) {
  const here = findings.find(
    ({ note, cell, layers }) => !note && cell && (layers.length === 0 || layers.includes(layer)),
  );
  return here?.cell ?? apart[0]?.first;
}
