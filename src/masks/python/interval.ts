/**
 * @file Settings of a backend, checked with NumPy against the rule in its documentation: the backend need not be
 * installed.
 */
import type { CodeDoc } from '../format';
import { checkCall, checkLines } from './facts';
import { headLines, sizeLines, wordLines, type Kind } from './layers';

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
  const whole = doc.queries === undefined || doc.queries === doc.T;
  return [
    ...headLines(doc, what),
    ...kinds.flatMap(wordLines),
    'import zlib',
    '',
    'import numpy as np',
    '',
    ...sizeLines(doc),
    '',
    ...settings,
    '',
    '',
    ...rule,
    '',
    '',
    ...checkLines(doc),
    '',
    '',
    'tokens = np.arange(T)',
    ...(whole ? [] : ['queries = FIRST + np.arange(Q)']),
    ...kinds.map((kind) =>
      checkCall(`layer ${kind.layers[0]}`, kind.facts, {
        whole: `reads(${setting(kind)}, ${whole ? 'tokens' : 'queries'}[:, None], tokens[None, :])`,
        row: `reads(${setting(kind)}, ${whole ? 'q' : 'FIRST + q'}, tokens)`,
      }),
    ),
    '',
  ].join('\n');
}
