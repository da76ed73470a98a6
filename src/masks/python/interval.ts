/** @file Settings of a backend, checked with NumPy against the rule its documentation gives: the backend need not be there. */
import type { CodeDoc } from '../format';
import { checkCall, checkLines } from './facts';
import { headLines, wordLines, type Kind } from './layers';

/** `rule` defines reads(setting, q_idx, kv_idx); `setting` is its Python for a kind of layer. */
export function writeSettings(
  doc: CodeDoc,
  kinds: readonly Kind[],
  {
    what,
    settings,
    rule,
    setting,
  }: {
    readonly what: string;
    readonly settings: readonly string[];
    readonly rule: readonly string[];
    readonly setting: (kind: Kind) => string;
  },
): string {
  return [
    ...headLines(doc, what),
    ...kinds.flatMap(wordLines),
    'import zlib',
    '',
    'import numpy as np',
    '',
    `T = ${doc.T}`,
    '',
    ...settings,
    '',
    '',
    ...rule,
    '',
    '',
    ...checkLines(doc.T),
    '',
    '',
    'tokens = np.arange(T)',
    ...kinds.map((kind) =>
      checkCall(`layer ${kind.layers[0]}`, kind.facts, {
        whole: `reads(${setting(kind)}, tokens[:, None], tokens[None, :])`,
        row: `reads(${setting(kind)}, q, tokens)`,
      }),
    ),
    '',
  ].join('\n');
}
