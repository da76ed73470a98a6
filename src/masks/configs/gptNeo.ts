import { check } from '../../core/check';
import { shown } from '../../core/fields';
import { defineRule, GLOBAL_TYPE, LOCAL_TYPE, TOKENS_IN_WINDOW, type Asked } from '../family';

/** [[["global", "local"], 12]]: this list, repeated 12 times. */
function expanded({ own, layers }: Asked): readonly string[] {
  const given = own.get('attention_types') ?? [[['global', 'local'], layers / 2]];
  const types = !Array.isArray(given)
    ? undefined
    : given.flatMap((one: unknown) => {
        if (!Array.isArray(one) || !Array.isArray(one[0]) || !(one[1] >= 1 && one[1] <= layers))
          return [];
        return Array.from(
          { length: Math.round(one[1] as number) },
          () => one[0] as unknown[],
        ).flat();
      });
  check(
    types?.length === layers && types.every((one) => one === 'global' || one === 'local'),
    `attention_types is ${shown(given)}; it should name ${layers} layers, as [[["global", "local"], ${layers / 2}]]`,
  );
  return types.map((one) => (one === 'local' ? LOCAL_TYPE : GLOBAL_TYPE));
}

export default defineRule({
  id: 'gpt-neo',
  label: 'GPT-Neo',
  order: 13,
  modelTypes: ['gpt_neo'],
  source: 'Hugging Face transformers, models/gpt_neo',
  types: expanded,
  window: ({ fields }) => fields.whole('window_size', TOKENS_IN_WINDOW, 256),
});
