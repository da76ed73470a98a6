/**
 * @file Any mask as a pattern: its expression says what it reads, and the numbers in the expression are its parameters.
 */
import { remembering } from '../core/remember';
import { write } from './expression';
import { read } from './parse';
import { byName } from './rowNames';
import { definePattern, type Pattern } from './pattern';

/** The letter of a layer whose mask is given directly. */
export const MASK_LETTER = 'M';

const MAX_KEPT = 100;

/** Its id is the expression as `write` writes it. Throws InputError if the text is not a mask. */
export const maskPattern = remembering(MAX_KEPT, (text): Pattern => {
  const expression = read(text);
  const id = write(expression);
  const short = byName(id);
  return definePattern({
    id,
    letter: MASK_LETTER,
    label: 'Mask',
    order: 90,
    summary: `Each token reads what ${short} lets through.`,
    source: 'Given as a mask',
    params: {},
    expression: () => expression,
  });
});
