import { Desk } from '../../masks/desk';
import { defineAsk } from '../ask';

/** Files as the masks page opens them: the document, what it is in words, and how its numbers were read. */
export default defineAsk<{ readonly names: readonly string[] }>({
  id: 'open',
  async answer({ facts: { names }, files }) {
    const desk = new Desk();
    const shown = await desk.answer({
      kind: 'open',
      files: names.map((name, i) => ({ name, bytes: files[i]! })),
    });
    return { answer: shown };
  },
});
