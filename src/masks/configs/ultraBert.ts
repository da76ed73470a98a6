import { check } from '../../core/check';
import { shown } from '../../core/fields';
import { defineRule, GLOBAL_TYPE, LOCAL_TYPE } from '../family';

export default defineRule({
  id: 'ultrabert',
  label: 'UltraBERT',
  order: 22,
  modelTypes: ['ultrabert'],
  source:
    'Hugging Face transformers, models/ultrabert; attention_windows as its first files have them',
  before(own): Readonly<Record<string, unknown>> {
    const windows = own.get('attention_windows');
    if (windows === undefined) return {};
    check(
      Array.isArray(windows) && windows.every((one) => one === null || Number.isInteger(one)),
      `attention_windows is ${shown(windows)}; it should be a list of tokens, 0 or null where all is read`,
    );
    const first: unknown = windows.find(Boolean);
    return {
      ...(first !== undefined && { sliding_window: first }),
      ...(!own.has('layer_types') && {
        layer_types: windows.map((one) => (one ? LOCAL_TYPE : GLOBAL_TYPE)),
      }),
    };
  },
  convention: () =>
    'sliding_window counts one side without the query: 128 is 128 before, itself and 128 after',
});
