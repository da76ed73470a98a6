import { InputError } from '../../core/check';
import { lint } from '../../masks/lint';
import { together } from '../../masks/together';
import { zoo } from '../../masks/zoo';
import { defineAsk } from '../ask';
import { ofText, piecesOf, type Piece, type Pieces, type ReadAs } from '../brought';
import { checked, toldOf, type Besides } from '../checked';
import type { MeantFacts } from '../meant';

interface Brought {
  /** Names of the files. */
  readonly names: readonly string[];
  /** Masks as written, instead of files. */
  readonly text?: string;
}

/**
 * The findings about masks, as on the page, and how they differ from what they should be.
 *
 * facts: `of` (files or a text), `meant` (a plan or masks as written) or `other` (files: a config, or masks), `layer` (of
 * a single mask), `given` (what is known besides the cells), `readAs`, `keys`, `queries` and `window` (of masks as written); or
 * `bug`, one of the zoo. Files: those of `of`, then those of `other`.
 * answer: `{pieces: [Checked], unread: [{name, why}]}`.
 */
export default defineAsk<{
  readonly of?: Brought;
  readonly meant?: MeantFacts;
  readonly other?: Brought;
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
    const { of, meant = {}, other, layer, given = {}, readAs = {}, bug, ...size } = facts;
    if (bug !== undefined) return { answer: ofBug(bug) };
    if (!of) throw new InputError('no mask was given');
    const named = (one: Brought, from: number) =>
      one.names.map((name, i) => ({ name, bytes: files[from + i]! }));
    const open = async (one: Brought, from: number, expected?: boolean): Promise<Pieces> => {
      if (one.text !== undefined)
        return {
          pieces: [ofText(one.text, size)],
          unread: [],
        };
      return piecesOf(named(one, from), readAs, expected);
    };
    const theirs = other && (await open(other, of.names.length));
    if (theirs && theirs.pieces.length > 1)
      throw new InputError(
        `what the masks should be is ${theirs.pieces.length} masks that differ (${theirs.pieces.map((one) => one.of).join('; ')}); give the one that these masks should be`,
      );
    const [intended] = theirs?.pieces ?? [];
    const {
      pieces,
      unread,
      meant: beside,
    } = await open(of, 0, theirs !== undefined || meant.text !== undefined);
    const fallback: Piece | undefined = beside && { of: '', opened: { doc: beside, says: '' } };
    const answer = {
      pieces: await Promise.all(
        pieces.map((piece) =>
          checked(piece, { facts: meant, other: intended ?? fallback, layer, given }),
        ),
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
