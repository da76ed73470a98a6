import { brief } from '../../attention/expression';
import { formatBytes, formatInteger } from '../../core/units';
import { cacheBytesAt, flopsPerTokenAt, stateBytes, unknownStates } from '../../masks/configCosts';
import { bytesOfKind, kindsOf } from '../../masks/configKinds';
import { readConfig } from '../../masks/configs';
import type { Part } from '../../masks/part';
import { keepsOf, readsOf, sayRope } from '../../masks/sayLayer';
import { writeStack } from '../../masks/stackText';
import { check } from '../../core/check';
import { defineAsk } from '../ask';

/** Tokens for which costs are computed by default, as on the page. */
const FIRST_LENGTH = 32_768;
const MAX_LENGTH = 2 ** 30;

/**
 * The layers of a config, by kind as on the page, and what they cost at a length in tokens. Bytes: 2 per number, one
 * sequence.
 */
export default defineAsk<{
  readonly text: string;
  readonly length?: number;
  readonly part?: Part;
}>({
  id: 'config',
  answer({ facts: { text, length: asked, part } }) {
    const config = readConfig(text, part);
    const length = asked ?? Math.min(FIRST_LENGTH, config.made ?? Infinity);
    check(
      Number.isSafeInteger(length) && length >= 1 && length <= MAX_LENGTH,
      `length is ${length}; it should be a whole number of tokens, 1 to ${formatInteger(MAX_LENGTH)}`,
    );
    const source = config.source?.tokens ?? 0;
    const { label, name, family, made, doubt, notes, defaults, convention, causal } = config;
    return {
      answer: {
        ...{ label, name, family, made, doubt, notes, defaults, convention, causal, length },
        parts: config.parts?.map(({ part, refused }) => ({ part, refused })),
        layers: config.layers.map(({ type, kind, window, expression }) => ({
          ...{ type, kind, window },
          mask: brief(expression),
        })),
        masks: writeStack(config.layers.map(({ expression }) => expression)),
        kinds: kindsOf(config).map((one) => {
          const bytes = bytesOfKind(one, config.part === 'cross' ? 0 : length, 2, source);
          return {
            ...{ count: one.count, first: one.first, type: one.layer.type },
            reads: `${readsOf(one.layer, config)}${one.layer.sinks ? ', a sink' : ''}`,
            keeps: keepsOf(one.layer, config),
            rotary: sayRope(one.layer.rope),
            bytes,
            sayBytes: formatBytes(bytes),
          };
        }),
        cacheBytes: cacheBytesAt(config, length),
        sayCacheBytes: formatBytes(cacheBytesAt(config, length)),
        stateBytes: stateBytes(config),
        unknownStates: unknownStates(config),
        flopsPerToken: flopsPerTokenAt(config, length),
      },
    };
  },
});
