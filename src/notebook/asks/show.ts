import { check, InputError } from '../../core/check';
import { queriesOf, type MaskDoc } from '../../masks/doc';
import { exactly } from '../../masks/exactly';
import { subjectOf } from '../../masks/given';
import { writeStack } from '../../masks/stackText';
import { defineAsk } from '../ask';
import { ofText, piecesOf, type Piece, type Pieces, type ReadAs } from '../brought';
import type { Besides } from '../checked';
import { meantOf, type MeantFacts } from '../meant';
import { writeState, type ShownDoc } from '../state';

interface Brought {
  readonly names: readonly string[];
  /** Masks as written, instead of files. */
  readonly text?: string;
}

/**
 * What a widget keeps of the masks that it is to show: its state, and what each of them is compared with.
 *
 * facts: as for the question `findings`. Files: those of `of`, then those of `other`.
 */
export default defineAsk<{
  readonly of: Brought;
  readonly meant?: MeantFacts;
  readonly other?: Brought;
  readonly layer?: number;
  readonly given?: Besides;
  readonly readAs?: ReadAs;
  readonly keys?: number;
  readonly queries?: number;
  readonly window?: number;
}>({
  id: 'show',
  async answer({ facts, files }) {
    const { of, meant = {}, other, layer, given = {}, readAs = {}, ...size } = facts;
    const open = async (one: Brought, from: number, expected?: boolean): Promise<Pieces> => {
      if (one.text !== undefined) return { pieces: [ofText(one.text, size)], unread: [] };
      return piecesOf(
        one.names.map((name, i) => ({ name, bytes: files[from + i]! })),
        readAs,
        expected,
      );
    };
    const theirs = other && (await open(other, of.names.length));
    const isExpected = theirs !== undefined || meant.text !== undefined;
    const { pieces, unread, meant: beside } = await open(of, 0, isExpected);
    if (theirs && theirs.pieces.length > 1)
      throw new InputError(
        `what the masks should be is ${theirs.pieces.length} masks that differ (${theirs.pieces.map((one) => one.of).join('; ')}); give the one that these masks should be`,
      );
    const intended: Piece | undefined =
      theirs?.pieces[0] ?? (beside && { of: '', opened: { doc: beside, says: '' } });
    const docs = pieces.map((piece) => {
      const one = docOf(piece, given);
      const compared = comparedWith(one.doc, meant, intended, layer);
      const config = piece.config && of.names.length === 1 && new TextDecoder().decode(files[0]);
      const more =
        compared.meant === undefined ? one.more : { ...one.more, intended: true as const };
      return { ...one, ...compared, ...(more && { more }), ...(config && { config }) };
    });
    return {
      answer: {
        state: writeState(docs),
        meant: docs.map((one) => one.meant ?? ''),
        layers: docs.map(({ doc }) => doc.layers.length),
        unread,
      },
    };
  },
});

function docOf({ of, opened, unsettled }: Piece, given: Besides): ShownDoc {
  const { doc, says, more, meant } = opened;
  const { declared, ...told } = subjectOf(given, doc.layers.length);
  const { window } = given;
  return {
    of,
    doc,
    says,
    more: {
      ...more,
      ...told,
      declared: { ...more?.declared, ...declared, ...(window !== undefined && { window }) },
    },
    ...(meant !== undefined && { meant }),
    ...(unsettled !== undefined && { unsettled }),
  };
}

/** Masks of a whole text are compared with a step of it, too. */
function comparedWith(
  doc: MaskDoc,
  meant: MeantFacts,
  other: Piece | undefined,
  layer: number | undefined,
): Pick<ShownDoc, 'meant' | 'step'> {
  const whole = other?.opened.doc;
  const step =
    whole !== undefined &&
    other?.config === undefined &&
    queriesOf(doc) < doc.T &&
    whole.T === doc.T &&
    queriesOf(whole) === doc.T;
  const size = { T: doc.T, queries: step ? doc.T : queriesOf(doc) };
  const found = meantOf({ ...doc, ...size }, meant, other, layer);
  if (!found) return {};
  check(found.layers.length > 0, 'what the masks should be has no layers');
  return {
    meant: writeStack(found.layers.map((one) => exactly(one, size.T, size.queries))),
    ...(step && { step }),
  };
}
