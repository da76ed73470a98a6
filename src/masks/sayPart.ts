/**
 * @file What the page says about an encoder and a decoder: which one is shown, and how long the source is assumed to
 * be.
 */
import type { Bounds } from '../core/fields';
import type { Fields } from './fields';
import type { Part } from './part';

export const CONVENTION_OF: Readonly<Record<Part, string>> = {
  decoder: 'The decoder of an encoder-decoder: each token reads those before it and itself',
  encoder: 'The encoder of an encoder-decoder: every token reads every other',
  cross:
    'Cross-attention of an encoder-decoder: every token that is written reads every token of the source; rows are of the one, columns of the other',
};

export const sayPart = (part: Part, layers: number, crosses: boolean): readonly string[] =>
  part === 'decoder'
    ? !crosses
      ? []
      : [
          'an encoder and a decoder: this is the decoder reading its own tokens; besides, it reads the whole source, whose keys and values are kept once and do not grow',
        ]
    : part === 'encoder'
      ? [
          'an encoder and a decoder: this is the encoder, which reads the source once and keeps no cache',
        ]
      : [
          `an encoder and a decoder: this is what the decoder’s ${layers} layers read of the source; its keys and values are kept once and do not grow`,
        ];

const LENGTH: Bounds = { min: 1, max: 2 ** 24 };
/** The default if a file gives no source length. */
const ASSUMED = 512; // tokens

/** How many tokens the source is assumed to have; in the planner the user can enter another number. */
export function sourceOf(fields: Fields): { readonly tokens: number; readonly because: string } {
  const field = [
    'max_source_positions',
    'max_encoder_position_embeddings',
    'n_positions',
    'max_position_embeddings',
  ].find((name) => fields.has(name));
  if (field === undefined) return { tokens: ASSUMED, because: 'assumed; the file does not say' };
  const tokens = fields.whole(field, LENGTH);
  // Speech2Text gives the frames that come in; convolutions of stride 2 halve them before its encoder.
  const halvings = fields.whole('num_conv_layers', { min: 0, max: 16 }, 0);
  return halvings === 0
    ? { tokens, because: field }
    : {
        tokens: Math.ceil(tokens / 2 ** halvings),
        because: `${field} ${tokens}, halved ${halvings} times`,
      };
}
