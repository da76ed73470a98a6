import { listed } from '../../core/numbers';
import { brief, type Expression } from '../../attention/expression';
import { defineFormat, type CodeLayer } from '../format';
import { kindsOf, listOf } from '../python/layers';
import { intervalOf } from '../../attention/plain';
import { writeSettings } from '../python/interval';
import { CHUNKED_TYPE, GLOBAL_TYPE, LOCAL_TYPE } from '../family';

/** The name of a layer in layer_types, and the size of its window or chunk. */
function typeOf(
  expression: Expression,
): { readonly type: string; readonly size?: number } | undefined {
  const interval = intervalOf(expression);
  if (!interval?.causal) return undefined;
  const { left, chunk } = interval;
  if (chunk !== undefined) return left < 0 ? { type: CHUNKED_TYPE, size: chunk } : undefined;
  return left < 0 ? { type: GLOBAL_TYPE } : { type: LOCAL_TYPE, size: left + 1 };
}

const FIELDS = { [LOCAL_TYPE]: 'sliding_window', [CHUNKED_TYPE]: 'attention_chunk_size' };

const sizesOf = (layers: readonly CodeLayer[], type: string) => [
  ...new Set(
    layers.flatMap(({ expression }) => {
      const layer = typeOf(expression);
      return layer?.type === type ? [layer.size!] : [];
    }),
  ),
];

export default defineFormat({
  id: 'layer-types',
  label: 'Hugging Face layer_types',
  order: 6,
  language: 'python',
  summary: 'The fields of a config: layer_types, and sliding_window, which counts the query.',
  supports(layers) {
    const at = layers.findIndex(({ expression }) => !typeOf(expression));
    if (at >= 0)
      return `layer ${at + 1} is ${brief(layers[at]!.expression)}; layer_types can say causal, causal & window(W) and causal & chunk(C)`;
    for (const [type, field] of Object.entries(FIELDS)) {
      const sizes = sizesOf(layers, type);
      if (sizes.length > 1)
        return `layers have sizes of ${listed(sizes.map(String))}; ${field} is one number for all of them`;
    }
    return undefined;
  },
  write(doc) {
    const fields = Object.entries(FIELDS).flatMap(([type, field]) =>
      sizesOf(doc.layers, type).map((size) => `    '${field}': ${size},`),
    );
    return writeSettings(doc, kindsOf(doc), {
      what: 'Fields of a Hugging Face config',
      settings: [
        '# sliding_window counts the query itself: W is itself + W - 1 before.',
        'CONFIG = {',
        `    'num_hidden_layers': ${doc.layers.length},`,
        `    'layer_types': ${listOf(doc.layers, ({ expression }) => `'${typeOf(expression)!.type}'`)},`,
        ...fields,
        '}',
      ],
      rule: [
        'def reads(layer_type, q_idx, kv_idx):',
        '    """As masking_utils of transformers has it."""',
        '    allowed = kv_idx <= q_idx',
        `    if layer_type == '${LOCAL_TYPE}':`,
        "        allowed = allowed & (kv_idx > q_idx - CONFIG['sliding_window'])",
        `    if layer_type == '${CHUNKED_TYPE}':`,
        "        size = CONFIG['attention_chunk_size']",
        '        allowed = allowed & (kv_idx // size == q_idx // size)',
        '    return allowed',
      ],
      setting: ({ layers }) => `CONFIG['layer_types'][${layers[0]! - 1}]`,
    });
  },
});
