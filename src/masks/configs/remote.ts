import { check } from '../../core/check';
import { shown } from '../../core/fields';
import { isRecord } from '../../core/place';
import type { ConfigLayer } from '../configLayer';
import { defineRule, GLOBAL, GLOBAL_TYPE, LINEAR_TYPE, STATE, type Asked } from '../family';
import { Fields } from '../fields';

const HEADS = { min: 1, max: 4096 };
const NO_ATTENTION = 'no_attention';

/** {name of a field here: its name in files of that model type} */
const NAMES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  chatglm: {
    num_hidden_layers: 'num_layers',
    head_dim: 'kv_channels',
    vocab_size: 'padded_vocab_size',
  },
  qwen: { head_dim: 'kv_channels' },
  jais: { num_hidden_layers: 'n_layer', num_attention_heads: 'n_head', hidden_size: 'n_embd' },
  'phi-msft': {
    num_hidden_layers: 'n_layer',
    num_attention_heads: 'n_head',
    num_key_value_heads: 'n_head_kv',
    hidden_size: 'n_embd',
  },
  telechat: { num_hidden_layers: 'n_layer', num_attention_heads: 'n_head' },
  RefinedWeb: {
    num_hidden_layers: 'n_layer',
    num_attention_heads: 'n_head',
    num_key_value_heads: 'n_head_kv',
  },
  RefinedWebModel: { num_hidden_layers: 'n_layer', num_attention_heads: 'n_head' },
  step3_text: { num_key_value_heads: 'num_attention_groups' },
};

/** The model type, as the file gives it. */
const typeOf = ({ own }: Asked) => own.word('model_type') ?? '';

/** Sizes that have other names or follow from another field. */
function before(own: Fields): Readonly<Record<string, unknown>> {
  const type = own.word('model_type') ?? '';
  const named = own.renamed(Object.hasOwn(NAMES, type) ? NAMES[type]! : {});
  const heads: Record<string, unknown> = {};
  if (type === 'chatglm') {
    check(
      !own.has('position_encoding_2d'),
      'position_encoding_2d is there: the first ChatGLM reads its prompt in both directions, and no config says how long the prompt is',
    );
    if (own.flag('multi_query_attention', false))
      heads['num_key_value_heads'] = own.get('multi_query_group_num') ?? 1;
  }
  if (type === 'RefinedWebModel' && own.flag('multi_query', false))
    heads['num_key_value_heads'] = 1;
  if (type === 'longcat_flash') {
    const layers = own.whole('num_layers', { min: 1, max: 1024 });
    heads['num_hidden_layers'] = 2 * layers;
  }
  return { ...named.record, ...heads };
}

/** block_configs from architecture search: each layer has its own key-value heads, or no attention. */
function block({ own, layers }: Asked, at: number): Fields {
  const blocks = own.get('block_configs');
  check(
    Array.isArray(blocks) && blocks.length === layers,
    `block_configs is ${Array.isArray(blocks) ? `a list of ${blocks.length}` : shown(blocks)}; it should be a list of ${layers}, one for each layer`,
  );
  const one: unknown = blocks[at];
  return new Fields(
    isRecord(one) ? one['attention'] : undefined,
    `attention of layer ${at + 1} in block_configs`,
  );
}

function types(asked: Asked): readonly string[] {
  const { own, layers } = asked;
  if (typeOf(asked) === 'nemotron-nas')
    return Array.from({ length: layers }, (_, i) => {
      const { record } = block(asked, i);
      return record['no_op'] === true || record['replace_with_linear'] === true
        ? NO_ATTENTION
        : GLOBAL_TYPE;
    });
  const kinds = own.has('attn_type_list')
    ? own.perLayer('attn_type_list', layers, [0, 1])
    : undefined;
  return Array.from({ length: layers }, (_, i) => (kinds?.[i] === 0 ? LINEAR_TYPE : GLOBAL_TYPE));
}

function layer(asked: Asked, one: ConfigLayer, at: number): Partial<ConfigLayer> {
  const { own, fields } = asked;
  const heads = fields.whole('num_attention_heads', HEADS);
  switch (typeOf(asked)) {
    case 'nemotron-nas': {
      if (one.type !== GLOBAL_TYPE) return {};
      const group = block(asked, at).whole('n_heads_in_group', { min: 1, max: heads });
      check(
        heads % group === 0,
        `n_heads_in_group is ${group} in layer ${at + 1}, and num_attention_heads ${heads}; it should divide it`,
      );
      return { kvHeads: heads / group };
    }
    case 'deci': {
      const given = own.get('num_key_value_heads_per_layer');
      check(
        Array.isArray(given) && given.length === asked.layers && heads % Number(given[at]) === 0,
        `num_key_value_heads_per_layer is ${shown(given)}; it should be a list of ${asked.layers} numbers that divide ${heads}`,
      );
      return { kvHeads: Number(given[at]) };
    }
    case 'hunyuan': {
      const every = own.flag('use_cla', false) ? own.whole('cla_share_factor', HEADS, 1) : 1;
      return at % every === 0 ? {} : { sharedWith: at - (at % every) };
    }
    case 'minimax_text_01':
    case 'minimax_m1':
      return one.kind === 'state'
        ? { stateSize: { convolution: 0, recurrence: heads * one.keyDim ** 2 } }
        : {};
    default:
      return {};
  }
}

/** Models whose code comes with their weights, read as vLLM's own implementations read them; their sizes are in the file. */
export default defineRule({
  id: 'remote',
  label: 'a model with code of its own',
  order: 18,
  modelTypes: [
    ...['aquila', 'baichuan', 'bailing_moe', 'bailing_moe_v2', 'chatglm', 'deci', 'deepseek'],
    ...['grok-1', 'hunyuan', 'internlm', 'internlm2', 'jais', 'longcat_flash', 'minicpm'],
    ...['minimax_text_01', 'minimax_m1', 'nemotron-nas', 'orion', 'phi-msft', 'qwen', 'RefinedWeb'],
    ...['RefinedWebModel', 'skywork', 'stablelm_epoch', 'step3_text', 'telechat', 'xverse', 'Yi'],
  ],
  alone: true,
  source:
    'vLLM, model_executor/models: registry, chatglm, nemotron_nas, hunyuan_v1, minimax_text_01',
  names: () => [LINEAR_TYPE],
  before,
  types,
  reach: (_, type) =>
    type === NO_ATTENTION
      ? { kind: 'none', expression: GLOBAL.expression }
      : type === LINEAR_TYPE
        ? STATE
        : undefined,
  layer,
  notes: (asked) => [
    `the code of ${typeOf(asked)} comes with its weights and not with transformers; it is read from its fields by a rule of ours, not held against that code`,
    ...(typeOf(asked) === 'longcat_flash'
      ? ['each of its blocks has attention twice, so there are twice as many layers as num_layers']
      : []),
    ...(asked.own.has('sparse_config')
      ? [
          'sparse_config: of long texts its attention reads chosen blocks; the mask shows what it chooses from',
        ]
      : []),
  ],
});
