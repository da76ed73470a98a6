import { InputError } from '../../core/check';
import { findingsIn } from '../../masks/capture/findings';
import { intendedOf } from '../../masks/capture/intended';
import { openedPart } from '../../masks/capture/opened';
import type { Part } from '../../masks/capture/part';
import { readCapture, type Capture } from '../../masks/capture/read';
import { defineAsk } from '../ask';
import { writeState, type ShownDoc } from '../state';

/**
 * What a widget keeps of a capture: each part whose masks differ from those of the parts before it in its step.
 *
 * facts: `meant`, a stack as written, instead of what the config gives, by the numbers of layers.
 * answer: as for the question `show`; `parts`, the step, text and head of each document; and `first`, the first part and
 * layer in which something is wrong, if there is one.
 */
export default defineAsk<{ readonly meant?: string }>({
  id: 'showCapture',
  answer({ facts: { meant }, files: [file] }) {
    if (!file) throw new InputError('no capture was given');
    const capture = readCapture(file);
    const found = capture.steps.flatMap((_, step) => findingsIn(capture, step, meant));
    const wrong = found.map(
      ({ findings, apart }) => apart.length > 0 || findings.some(({ note }) => !note),
    );
    const docs = found.map((part, i) => docOf(capture, part, meant, wrong[i]!));
    const first = wrong.indexOf(true);
    const [fault] = found[first]?.findings.filter(({ note }) => !note) ?? [];
    return {
      answer: {
        state: writeState(docs),
        meant: docs.map((one) => one.meant ?? ''),
        layers: docs.map(({ doc }) => doc.layers.length),
        parts: found.map(({ step, text, head }) => ({ step, text, head })),
        ...(first >= 0 && {
          first: { part: first, layer: fault?.layer ?? found[first]!.apart[0]?.layer ?? 0 },
        }),
        unread: [],
      },
    };
  },
});

function docOf(capture: Capture, part: Part, said: string | undefined, wrong: boolean): ShownDoc {
  const intended = intendedOf(capture, part, said);
  const { doc, says, more, meant } = openedPart(capture, part, intended);
  const { name, keys, layers, part: stack } = capture.steps[part.step]!;
  const { texts, tokens } = capture;
  const heads = layers.some(({ masks }) => masks.some((one) => one.length > 1));
  return {
    of: [name, ...(texts > 1 ? [`text ${part.text}`] : []), ...(heads ? [`head ${part.head}`] : [])]
      .join(', ')
      .concat(wrong ? ' (findings)' : ''),
    doc,
    says,
    more: { ...more, ...(intended.said && { intended: true }) },
    ...(meant !== undefined && { meant }),
    ...(tokens?.[part.text] &&
      stack === undefined && { tokens: tokens[part.text]!.slice(0, keys) }),
    ...(layers.every(({ kind }) => kind !== undefined) && {
      kinds: layers.map(({ kind }) => kind!),
    }),
  };
}
