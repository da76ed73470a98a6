import { InputError } from '../../core/check';
import { findingsIn } from '../../masks/capture/findings';
import { readCapture } from '../../masks/capture/read';
import { defineAsk } from '../ask';
import { inPython } from '../otherwise';

/**
 * A capture file, checked step by step.
 *
 * facts: `meant`, a stack as written ('5*causal & window(512); causal'), instead of what the config gives.
 * answer: `{model, texts, steps: [{name, queries, keys, layers: [{layer, kind, module, calledFrom}], parts: [{text, head,
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
