import { InputError } from '../../core/check';
import { lint } from '../../masks/lint';
import { together } from '../../masks/together';
import { zoo } from '../../masks/zoo';
import { defineAsk } from '../ask';
import { bothOf, type Given } from '../both';
import type { ReadAs } from '../brought';
import { checked, toldOf, type Besides } from '../checked';
import type { MeantFacts } from '../meant';

/**
 * The findings about masks, as on the page, and how they differ from what they should be.
 *
 * facts: `of` (files or a text), `meant` (a plan or masks as written) or `other` (files: a config, or masks), `layer` (of
 * a single mask), `given` (what is known besides the cells), `readAs`, `keys`, `queries` and `window` (of masks as written); or
 * `bug`, one of the zoo. Files: those of `of`, then those of `other`.
 * answer: `{pieces: [Checked], unread: [{name, why}]}`.
 */
export default defineAsk<{
  readonly of?: Given;
  readonly meant?: MeantFacts;
  readonly other?: Given;
  readonly layer?: number;
  readonly given?: Besides;
  readonly readAs?: ReadAs;
  readonly keys?: number;
  readonly queries?: number;
  /** Of layers S, if `of` is a plan in letters. */
  readonly window?: number;
  readonly bug?: string;
}>({
  id: 'findings',
  async answer({ facts, files }) {
    const { of, meant = {}, other, layer, given = {}, readAs, bug, ...size } = facts;
    if (bug !== undefined) return { answer: ofBug(bug) };
    if (!of) throw new InputError('no mask was given');
    const expected = meant.text !== undefined;
    const both = await bothOf({ of, other, files, readAs, size, expected });
    const { pieces, unread, intended } = both;
    const answer = {
      pieces: await Promise.all(
        pieces.map((piece) => checked(piece, { facts: meant, other: intended, layer, given })),
      ),
      unread,
    };
    return { answer };
  },
});

function ofBug(id: string) {
  const { subject, title } = zoo.get(id);
  const findings = together(lint(subject)).map((one) => toldOf(one, subject.masks.length));
  const [{ queries, keys }] = subject.masks as [(typeof subject.masks)[number]];
  const piece = { of: '', says: title, queries, keys, layers: subject.masks.length, terms: '' };
  return { pieces: [{ ...piece, findings, apart: [], silence: '' }], unread: [] };
}
