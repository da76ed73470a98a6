import {
  byLayerTypes,
  COUNTS_ITSELF,
  defineFamily,
  GLOBAL,
  GLOBAL_TYPE,
  local,
  LOCAL_TYPE,
  TOKENS_IN_WINDOW,
} from '../family';

/** Its first release has a window in every layer; later ones write null, and read everything. */
const DEFAULT = 4096;

export default defineFamily({
  id: 'mistral',
  label: 'Mistral',
  order: 1,
  modelTypes: ['mistral', 'ministral'],
  source: 'Jiang et al. 2023, arXiv:2310.06825; Hugging Face transformers, models/mistral',
  read(fields, layers) {
    const none = fields.isNull('sliding_window');
    const window = none ? undefined : fields.whole('sliding_window', TOKENS_IN_WINDOW, DEFAULT);
    const sliding = window === undefined ? undefined : local(window);
    const kinds = { [GLOBAL_TYPE]: GLOBAL, [LOCAL_TYPE]: sliding };
    return {
      layers:
        byLayerTypes(fields, layers, kinds) ??
        Array.from({ length: layers }, () => sliding ?? GLOBAL),
      convention: none
        ? 'sliding_window is null: every layer reads everything before'
        : COUNTS_ITSELF,
      notes:
        none || fields.has('sliding_window')
          ? []
          : [
              `sliding_window is not in the file; transformers takes ${DEFAULT}, null would be none`,
            ],
    };
  },
});
