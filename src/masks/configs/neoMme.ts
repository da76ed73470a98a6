import { bothSides, defineRule, LOCAL_TYPE, TOKENS_IN_WINDOW } from '../family';

/** The window of every second windowed layer, fixed in its class and missing from its fields. */
const LONG = 1024;

export default defineRule({
  id: 'neomme',
  label: 'NeoMME',
  order: 21,
  modelTypes: ['neomme'],
  source: 'Hugging Face transformers, models/neomme: short and long windows in turn',
  layer({ own, fields }, { type }, at, types) {
    if (type !== LOCAL_TYPE || own.has('per_layer_config')) return {};
    const before = types.slice(0, at).filter((one) => one === LOCAL_TYPE).length;
    return bothSides(before % 2 === 1 ? LONG : fields.whole('sliding_window', TOKENS_IN_WINDOW));
  },
  convention: () =>
    'sliding_window counts one side without the query: 256 is 256 before, itself and 256 after; every second of these layers has 1,024',
});
