import { InputError } from '../../core/check';
import { findingsIn } from '../../masks/capture/findings';
import { intendedOf } from '../../masks/capture/intended';
import { readCapture, type Capture } from '../../masks/capture/read';
import { unseenIn } from '../../masks/unseen';
import { defineAsk } from '../ask';
import { inPython } from '../otherwise';

/**
 * A capture file, checked step by step.
 *
 * facts: `meant`, a stack as written ('5*causal & window(512); causal'), instead of what the config gives.
 * answer: `{model, texts, unseen, steps: [{name, queries, keys, layers: [{layer, kind, module, calledFrom}], parts: [{text, head,
 * says, meant, unread, findings, apart: [{layer, cells, first}]}]}]}`. Parts are the texts and heads whose masks differ.
 * `layer` of findings and of `apart` is a place in `layers`, not a number of a layer.
 */
export default defineAsk<{ readonly meant?: string }>({
  id: 'capture',
  answer({ facts: { meant }, files: [file] }) {
    if (!file) throw new InputError('no capture was given');
    const capture = readCapture(file);
    return {
      answer: {
        model: capture.model,
        texts: capture.texts,
        unseen: unseenOf(capture, meant),
        steps: capture.steps.map(({ name, queries, keys, layers }, step) => ({
          name,
          queries,
          keys,
          layers: layers.map(({ layer, kind, module, calledFrom }) => ({
            layer,
            kind,
            module,
            calledFrom,
          })),
          parts: findingsIn(capture, step, meant).map((part) => ({
            ...part,
            findings: part.findings.map(inPython),
          })),
        })),
      },
    };
  },
});

/** Windows and chunks that its longest step is too short to show. */
function unseenOf(capture: Capture, meant: string | undefined): readonly number[] {
  const steps = capture.steps.flatMap(({ part, keys }, step) =>
    part === undefined ? [{ step, keys }] : [],
  );
  const [longest] = steps.toSorted((a, b) => b.keys - a.keys);
  if (!longest) return [];
  const { layers = [] } = intendedOf(capture, { step: longest.step, text: 0, head: 0 }, meant);
  return unseenIn(layers, longest.keys);
}
