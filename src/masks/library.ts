/** @file Correct masks to begin with and to compare with: each as written in the field, for all of its layers. */
import { Registry } from '../core/registry';
import { read } from '../attention/parse';
import { layerOf, type MaskDoc } from './doc';

export interface Known {
  readonly id: string;
  readonly label: string;
  /** One sentence: who uses it. */
  readonly summary: string;
  readonly source: string;
  readonly doc: MaskDoc;
}

const doc = (
  T: number,
  ...layers: readonly (readonly [count: number, text: string])[]
): MaskDoc => ({
  T,
  layers: layers.flatMap(([count, text]) =>
    Array.from({ length: count }, () => layerOf(read(text))),
  ),
});

const LOCAL = 'causal & window(6)';
const APPROXIMATE = 'causal & (exact(6, 4) | summaries(6, 4))';

export const library = new Registry<Known>(/* a message */ 'mask', [
  {
    id: 'window',
    label: 'Causal window',
    summary: 'The last four tokens, the query itself included.',
    source: 'As in Mistral 7B. Hugging Face’s sliding_window counts the query too',
    doc: doc(32, [1, 'causal & window(4)']),
  },
  {
    id: 'global',
    label: 'Causal, global',
    summary: 'Everything before, and itself: the decoder of every GPT.',
    source: 'Vaswani et al. 2017, arXiv:1706.03762',
    doc: doc(32, [1, 'causal']),
  },
  {
    id: 'zebra',
    label: 'Zebra: G S S S, twice',
    summary: 'Layers in groups of four, the first of each global, the others local.',
    source: 'Song et al. 2023, arXiv:2312.08618, Fig. 1d',
    doc: doc(32, [1, 'causal'], [3, LOCAL], [1, 'causal'], [3, LOCAL]),
  },
  {
    id: 'lga',
    label: 'Local with a global approximation',
    summary: 'A window, and everything before it through averages of chunks: our reconstruction.',
    source: 'our reconstruction of Song et al. 2023, arXiv:2312.08618, Fig. 1c',
    doc: doc(32, [4, APPROXIMATE]),
  },
  {
    id: 'five-to-one',
    label: 'Five local to one global',
    summary: 'Every sixth layer global, the last of its group, as in Gemma 3.',
    source: 'Gemma 3 report, arXiv:2503.19786',
    doc: doc(
      48,
      [5, 'causal & window(8)'],
      [1, 'causal'],
      [5, 'causal & window(8)'],
      [1, 'causal'],
    ),
  },
  {
    id: 'sinks',
    label: 'Window with sinks',
    summary: 'A window and the first tokens, which many heads lean on.',
    source: 'StreamingLLM, Xiao et al. 2023, arXiv:2309.17453',
    doc: doc(32, [1, 'causal & (window(6) | sink(2))']),
  },
  {
    id: 'chunks',
    label: 'Chunks',
    summary: 'A token reads its own chunk only; every fourth layer reads all.',
    source: 'Llama 4, attention_chunk_size',
    doc: doc(32, [3, 'causal & chunk(8)'], [1, 'causal']),
  },
  {
    id: 'packed',
    label: 'Packed documents',
    summary: 'Three documents in one row; none reads another.',
    source: 'FlexAttention blog, document masking',
    doc: doc(32, [1, 'causal & documents(10, 19)']),
  },
  {
    id: 'prefix',
    label: 'Prefix',
    summary: 'The prompt is read in both directions, what follows is causal.',
    source: 'PrefixLM, Raffel et al. 2020, arXiv:1910.10683; PaliGemma',
    doc: doc(32, [1, 'causal | prefix(10)']),
  },
  {
    id: 'longformer',
    label: 'Window and global tokens',
    summary: 'A window to both sides, and one token that reads all and is read by all.',
    source: 'Longformer, Beltagy et al. 2020, arXiv:2004.05150',
    doc: doc(32, [1, 'window(5) & !ahead(5) | global(0)']),
  },
  {
    id: 'dilated',
    label: 'Strided',
    summary: 'The near past, and every fourth token of the far one.',
    source: 'Sparse Transformer, Child et al. 2019, arXiv:1904.10509',
    doc: doc(32, [1, 'causal & (window(4) | dilated(4))']),
  },
]);
