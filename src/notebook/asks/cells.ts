import { cellsOf } from '../../attention/mask';
import type { MaskDoc } from '../../masks/doc';
import { defineAsk } from '../ask';
import { masksOfDoc } from '../meant';

/** The cells of a document, one file per layer: a byte per cell, row by row, 1 if the query may read the key. */
export default defineAsk<{ readonly doc: MaskDoc }>({
  id: 'cells',
  answer({ facts: { doc } }) {
    const masks = masksOfDoc(doc);
    return {
      answer: { queries: masks[0]!.queries, keys: masks[0]!.keys },
      files: masks.map((mask) => new Uint8Array(cellsOf(mask))),
    };
  },
});
