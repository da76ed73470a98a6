/**
 * @file A model as a folder that PyTorch reads: stock transformers for global and local layers, plus our own module.
 *
 * Hugging Face's Llama for plans that are global throughout, its Ministral (the same block with `layer_types` and `sliding_window`, no biases; transformers 4.57 and later) for those with windows. No library has layers with summaries or with any other mask: they load with `modeling_zebra.py`, into which the rules of the masks are written.
 */
import { read } from '../../attention/parse';
import { byName } from '../../attention/rowNames';
import { ruleLines, tableLines } from '../../attention/python';
import { check } from '../../core/check';
import type { HostWeights } from '../arena';
import { configOf, LAYER_TYPES } from './config';
import { toHuggingFace } from './huggingface';
import { writeSafetensors } from './safetensors';
import type { ModelSpec } from '../../spec/model';
import modeling from './python/modeling_zebra.py?raw';
import training from './python/train.py?raw';

export interface ExportOptions {
  readonly model: ModelSpec;
  readonly weights: HostWeights;
  /** The text of each token; 'bytes': each token is the UTF-8 byte with its number. */
  readonly vocabulary: readonly string[] | 'bytes';
  readonly provenance: { readonly title: string; readonly lines: readonly string[] };
}

/** The files of the folder, by name. */
export function exportFiles(options: ExportOptions): Map<string, Uint8Array<ArrayBuffer>> {
  const { model, weights, vocabulary, provenance } = options;
  const size = vocabulary === 'bytes' ? 256 : vocabulary.length;
  check(
    size === model.vocabulary,
    `the vocabulary has ${size} entries; the model has ${model.vocabulary} tokens`,
  );
  const config = configOf(model);
  const tokenizer =
    vocabulary === 'bytes'
      ? { json: BYTES, unknown: {}, said: 'A token is a byte of UTF-8' }
      : isLetters(vocabulary)
        ? {
            json: tokenizerOf(vocabulary),
            unknown: { unk_token: vocabulary[0] },
            said: 'A token is a character',
          }
        : undefined;
  const text = (value: string) => new TextEncoder().encode(value);
  const json = (value: unknown) => text(`${JSON.stringify(value, null, 2)}\n`);
  return new Map([
    ['config.json', json(config)],
    ['model.safetensors', writeSafetensors(toHuggingFace(model, weights), { format: 'pt' })],
    ['generation_config.json', json({ do_sample: true, temperature: 0.8 })],
    ...(tokenizer
      ? ([
          ['tokenizer.json', json(tokenizer.json)],
          [
            'tokenizer_config.json',
            json({
              tokenizer_class: 'PreTrainedTokenizerFast',
              ...tokenizer.unknown,
              clean_up_tokenization_spaces: false,
              model_max_length: model.context,
            }),
          ],
        ] as const)
      : []),
    ['modeling_zebra.py', text(modelingOf(config))],
    ['train.py', text(training)],
    ['README.md', text(readme(config, tokenizer?.said, provenance))],
  ]);
}

/** The line of modeling_zebra.py that the rules for a model's masks replace. */
const NO_RULES = 'MASKS = {}\n';

/** The module with a rule for each mask of this model, keyed by its text. */
function modelingOf(config: Record<string, unknown>): string {
  const given = (config['layer_masks'] ?? []) as readonly (string | null)[];
  const masks = [...new Set(given.filter((one) => one !== null))];
  if (masks.length === 0) return modeling;
  const rules = masks.flatMap((mask, i) => [
    `def mask_${i + 1}(q_idx, kv_idx, T):`,
    `    """${byName(mask)}"""`,
    ...ruleLines(read(mask)).map((line) => `    ${line}`),
    '',
    '',
  ]);
  const table = masks.map((mask, i) => `    "${mask}": mask_${i + 1},`);
  const [before, after] = modeling.split(NO_RULES);
  const tables = tableLines(masks.map(read), {
    tensor: 'torch.tensor',
    beside: (table) => `${table}.to(q_idx.device)`,
  });
  return [
    before,
    ...[...tables, ...(tables.length > 0 ? [''] : [])].map((line) => `${line}\n`),
    ...rules.map((line) => `${line}\n`),
    `MASKS = {\n${table.join('\n')}\n}\n`,
    after,
  ].join('');
}

const isLetters = (vocabulary: readonly string[]) =>
  new Set(vocabulary).size === vocabulary.length &&
  vocabulary.every((label) => [...label].length === 1);

/** Character by character; anything without a token becomes the first one. */
const tokenizerOf = (vocabulary: readonly string[]) => ({
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: [],
  // An accent written separately from its letter is not a character of the text; for ASCII nothing would change.
  normalizer: vocabulary.some((one) => one > '\u007f' && one !== vocabulary[0])
    ? { type: 'NFC' }
    : null,
  pre_tokenizer: {
    type: 'Split',
    pattern: { Regex: '[\\s\\S]' },
    behavior: 'Isolated',
    invert: false,
  },
  post_processor: null,
  decoder: { type: 'Fuse' },
  model: {
    type: 'WordLevel',
    vocab: Object.fromEntries(vocabulary.map((label, id) => [label, id])),
    unk_token: vocabulary[0],
  },
});

/** How tokenizers writes a byte as one character: visible ones are themselves, the others come from U+0100 on. */
export function byteCharacters(): readonly string[] {
  const seen = (byte: number) =>
    (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte <= 0xff && byte !== 0xad);
  let others = 0;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCodePoint(seen(byte) ? byte : 0x100 + others++),
  );
}

const BYTE_LEVEL = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true };

/** Byte by byte: the tokenizer of GPT-2 without its merges. */
const BYTES = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: [],
  normalizer: { type: 'NFC' },
  pre_tokenizer: { ...BYTE_LEVEL, use_regex: false },
  post_processor: null,
  decoder: { ...BYTE_LEVEL, use_regex: false },
  model: {
    type: 'BPE',
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: false,
    byte_fallback: false,
    vocab: Object.fromEntries(byteCharacters().map((one, byte) => [one, byte])),
    merges: [],
  },
};

/** Why no library can load it. */
function reasonOf(config: Record<string, unknown>): string {
  const types = config['layer_types'] as readonly string[];
  return [
    ...(types.includes(LAYER_TYPES.approximate)
      ? [
          `Layers with summaries are our reconstruction of the paper's local attention with global approximation; no library
has them.`,
        ]
      : []),
    ...(types.includes(LAYER_TYPES.masked)
      ? [
          'Layers of `masked_attention` read what their mask in `layer_masks` lets through; no library reads that field.',
        ]
      : []),
  ].join(' ');
}

function readme(
  config: Record<string, unknown>,
  tokens: string | undefined,
  { title, lines }: ExportOptions['provenance'],
): string {
  const stock = config['model_type'] !== 'zebra';
  return `# ${title}

${lines.join('\n')}

A small model with layerwise local and global attention, in the manner of Zebra (Song et al. 2023, arXiv:2312.08618).
It is not the paper's model.

${
  stock
    ? `\`\`\`python
from transformers import AutoModelForCausalLM
model = AutoModelForCausalLM.from_pretrained(".")
\`\`\``
    : `${reasonOf(config)} The model loads with the module beside it:`
}

\`\`\`python
from modeling_zebra import Zebra
model = Zebra.from_folder(".")
\`\`\`

${tokens ? `${tokens} (\`tokenizer.json\`).` : 'There is no tokenizer: tokens are numbers.'} \`train.py\` continues its training under torchrun, with FSDP, and with FlexAttention on CUDA devices.
`;
}
