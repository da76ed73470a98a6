import { Desk } from '../../masks/desk';
import type { Written } from '../../masks/questions';
import { defineAsk } from '../ask';

/** How many cells of two masks of one shape differ, and the first of them. */
export default defineAsk<{ readonly mask: Written; readonly other: Written }>({
  id: 'difference',
  async answer({ facts: { mask, other } }) {
    return { answer: await new Desk().answer({ kind: 'difference', mask, other }) };
  },
});
