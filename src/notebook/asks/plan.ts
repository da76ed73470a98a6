import { brief } from '../../attention/expression';
import { readPlan, type PlanSizes } from '../../masks/planText';
import { writeStack } from '../../masks/stackText';
import { defineAsk } from '../ask';

/** A plan in letters, or masks as written: one mask per layer, and all of them as one text. */
export default defineAsk<PlanSizes & { readonly text: string }>({
  id: 'plan',
  answer({ facts: { text, ...sizes } }) {
    const layers = readPlan(text, sizes);
    return { answer: { layers: layers.map(brief), stack: writeStack(layers) } };
  },
});
