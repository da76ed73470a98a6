import { check } from '../../core/check';
import { queriesOf, type MaskDoc } from '../../masks/doc';
import { exactly } from '../../masks/exactly';
import { subjectOf } from '../../masks/given';
import { writeStack } from '../../masks/stackText';
import { defineAsk } from '../ask';
import { bothOf, type Given } from '../both';
import type { Piece, ReadAs } from '../brought';
import type { Besides } from '../checked';
import { meantOf, type MeantFacts } from '../meant';
import { writeState, type ShownDoc } from '../state';

/**
 * What a widget keeps of the masks that it is to show: its state, and what each of them is compared with.
 *
 * facts: as for the question `findings`. Files: those of `of`, then those of `other`.
 */
export default defineAsk<{
  readonly of: Given;
  readonly meant?: MeantFacts;
  readonly other?: Given;
  readonly layer?: number;
  readonly given?: Besides;
  readonly readAs?: ReadAs;
  readonly keys?: number;
  readonly queries?: number;
  readonly window?: number;
}>({
  id: 'show',
  async answer({ facts, files }) {
    const { of, meant = {}, other, layer, given = {}, readAs, ...size } = facts;
    const expected = meant.text !== undefined;
    const both = await bothOf({ of, other, files, readAs, size, expected });
    const { pieces, unread, intended } = both;
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
