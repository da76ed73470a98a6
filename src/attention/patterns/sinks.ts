import { and, or, term } from '../expression';
import { WINDOW } from '../params';
import { definePattern } from '../pattern';

/** As many as Xiao et al. found to be enough. */
const SINKS = 4;

/** Each token reads its window and the first tokens of all: streaming with attention sinks. */
export default definePattern({
  id: 'sinks',
  letter: 'K',
  label: 'Sinks',
  order: 3,
  summary: 'Each token reads its window and the first 4 tokens of the text, called sinks.',
  source: 'Xiao et al. 2023, arXiv:2309.17453 (StreamingLLM)',
  params: { window: WINDOW },

  expression: ({ window }) => and(term('causal'), or(term('window', window!), term('sink', SINKS))),
});
