import { brief, type Expression } from '../../attention/expression';
import { defineFormat } from '../format';
import { kindsOf, listOf } from '../python/layers';
import { intervalOf } from '../../attention/plain';
import { writeSettings } from '../python/interval';

export default defineFormat({
  id: 'flash',
  label: 'FlashAttention window_size',
  order: 5,
  language: 'python',
  summary: 'causal and window_size=(before, after) per layer, neither counting the query.',
  supports(layers) {
    const at = layers.findIndex(({ expression }) => {
      const interval = intervalOf(expression);
      return !interval || interval.chunk !== undefined;
    });
    return at < 0
      ? undefined
      : `layer ${at + 1} is ${brief(layers[at]!.expression)}; FlashAttention can be told causal, window(W) and !ahead(W), joined by &`;
  },
  write(doc) {
    return writeSettings(doc, kindsOf(doc), {
      what: `Settings for flash_attn_func, ${(doc.queries ?? doc.T) === doc.T ? 'as many queries as keys' : 'the last query at the last key'}`,
      settings: [
        '# window_size=(a, b) reads a before, the query itself and b after; -1 is no limit. A window of W is (W - 1, …).',
        `LAYERS = ${listOf(doc.layers, ({ expression }) => settingOf(expression))}`,
        '# flash_attn_func(q, k, v, **LAYERS[layer])',
      ],
      rule: [
        'def reads(setting, q_idx, kv_idx):',
        '    """As FlashAttention says of itself: query i reads the keys i - a … i + b."""',
        "    a, b = setting['window_size']",
        '    allowed = (q_idx >= 0) & (kv_idx >= 0)',
        '    if a >= 0:',
        '        allowed = allowed & (kv_idx >= q_idx - a)',
        '    if b >= 0:',
        '        allowed = allowed & (kv_idx <= q_idx + b)',
        "    return allowed & (kv_idx <= q_idx) if setting['causal'] else allowed",
      ],
      setting: ({ layers }) => `LAYERS[${layers[0]! - 1}]`,
    });
  },
});

function settingOf(expression: Expression): string {
  const { causal, left, right } = intervalOf(expression)!;
  return `dict(causal=${causal ? 'True' : 'False'}, window_size=(${left}, ${causal && left < 0 ? -1 : right}))`;
}
