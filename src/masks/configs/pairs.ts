import { bothSides, defineRule, LOCAL_TYPE, TOKENS_IN_WINDOW, type Asked } from '../family';
import { check } from '../../core/check';
import { shown } from '../../core/fields';

const inEncoder = ({ part }: Asked) => part === 'encoder';

/** LED: half of the window before the query, the query, and half after; one number, or one per layer. */
function windowOfLed({ fields, layers }: Asked, at: number): number {
  const given = fields.get('attention_window');
  if (!Array.isArray(given)) return fields.whole('attention_window', TOKENS_IN_WINDOW);
  const one: unknown = given[at];
  check(
    given.length === layers && typeof one === 'number' && Number.isInteger(one) && one > 1,
    `attention_window is ${shown(given)}; it should be a number, or a list of ${layers}`,
  );
  return one;
}
const transient = ({ fields }: Asked) =>
  fields.get('encoder_attention_type') === 'transient-global';

/** Encoders and decoders whose class sets more than the number of layers and heads of each. */
export default defineRule({
  id: 'pairs',
  label: 'an encoder and a decoder',
  order: 19,
  modelTypes: [
    'led',
    'longt5',
    'bigbird_pegasus',
    'pegasus_x',
    'prophetnet',
    'udop',
    'speecht5',
    'seamless_m4t',
    'seamless_m4t_v2',
  ],
  source:
    'Hugging Face transformers, models/led, models/longt5, models/prophetnet, models/pegasus_x',
  types(asked) {
    if (!inEncoder(asked)) return undefined;
    const type = asked.own.word('model_type');
    return type === 'led' || type === 'longt5'
      ? Array.from({ length: asked.layers }, () => LOCAL_TYPE)
      : undefined;
  },
  reach(asked, type, at) {
    if (!inEncoder(asked) || type !== LOCAL_TYPE) return undefined;
    return asked.own.word('model_type') === 'led'
      ? bothSides(Math.floor(windowOfLed(asked, at) / 2))
      : bothSides(asked.fields.whole('local_radius', TOKENS_IN_WINDOW));
  },
  convention(asked) {
    if (!inEncoder(asked)) return undefined;
    if (asked.own.word('model_type') === 'led')
      return 'attention_window counts both sides without the query: 512 is 256 before, itself and 256 after, 513 keys';
    if (asked.own.word('model_type') === 'longt5')
      return 'local_radius counts one side without the query: 127 is 127 before, itself and 127 after, 255 keys';
    return undefined;
  },
  refusesEncoder(asked) {
    const { fields, own } = asked;
    switch (own.word('model_type')) {
      case 'bigbird_pegasus':
        return fields.get('attention_type') === 'original_full'
          ? undefined
          : 'each of its blocks reads some blocks at random (attention_type block_sparse)';
      case 'pegasus_x':
        return 'its layers read blocks of their own, shifted in every second layer, and global tokens that are not part of the text';
      default:
        return undefined;
    }
  },
  notes(asked) {
    const type = asked.own.word('model_type');
    if (type === 'led' && inEncoder(asked))
      return [
        'tokens that the caller marks as global read all tokens and are read by all; the config does not say which they are',
      ];
    if (type === 'longt5' && inEncoder(asked) && transient(asked))
      return [
        `besides the window each token reads an average of every block of ${String(asked.fields.get('global_block_size') ?? 16)} tokens; the mask shows the window alone`,
      ];
    if (type === 'prophetnet' && asked.part === 'decoder')
      return [
        'it also predicts the tokens after the next, from streams that read the same keys; the mask is that of its main stream',
      ];
    if (type === 'udop' && inEncoder(asked))
      return ['its source is text, its place on the page, and patches of a picture'];
    if (type === 'speecht5') return ['speech or text on either side, by the task'];
    if (type?.startsWith('seamless'))
      return ['its text model; that of speech and those that make units and sound are not read'];
    return [];
  },
});
