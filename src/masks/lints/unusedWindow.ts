import { defineLint } from '../subject';

export default defineLint({
  id: 'L20',
  order: 20,
  label: 'Window that no layer has',
  summary:
    'A config gives a window, and none of its layers is meant to have one, or a switch forbids it: engines have applied it all the same.',
  thread: 'https://github.com/vllm-project/vllm/issues/49795',
  check: ({ unused, masks }) =>
    unused
      ? [
          {
            note: true,
            what: `The config gives a window of ${unused.window}, and ${unused.switched ? 'use_sliding_window is off, so ' : ''}${masks.length === 1 ? 'its layer does not have it' : `none of its ${masks.length} layers has it`}.`,
            consequence: `A program that takes the number alone cuts every layer off after ${unused.window} tokens, and the model gets worse there without an error.`,
            fix: 'Look at what your engine does with it, or take sliding_window out of the config.',
            ...(unused.switched && {
              thread: 'https://github.com/huggingface/transformers/issues/38002',
            }),
          },
        ]
      : [],
});
