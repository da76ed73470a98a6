import { CHUNK, WINDOW } from '../params';
import { definePlan } from '../plan';
import { patternOfLetter, patternSpec } from '../registry';
import { check } from '../../core/check';
import { write } from '../expression';
import { read } from '../parse';
import { masksIn } from '../masksIn';

/** One letter per layer, from the stripe editor: GSSA. A digit is a layer with that mask: G112 with two masks. */
export default definePlan({
  id: 'custom',
  label: 'Custom',
  order: 4,
  summary: 'Your own stripes: click a layer to change what it reads.',
  source: 'Zebra Lab',
  params: { window: WINDOW, chunk: CHUNK },
  reads: ['layers', 'window', 'chunk', 'stripes', 'masks'],
  expand({ layers, window, chunk, stripes, masks = '' }) {
    check(
      stripes.length === layers,
      `the stripes '${stripes}' name ${stripes.length} layers, the model has ${layers}; write one letter or digit for each layer`,
    );
    const given = masksIn(masks);
    return [...stripes].map((sign) => {
      if (!/\d/.test(sign)) return patternSpec(patternOfLetter(sign).id, { window, chunk });
      const mask = given[Number(sign) - 1];
      check(
        mask !== undefined,
        `a layer asks for mask ${sign}; ${given.length === 0 ? 'there is none' : `there are ${given.length}`}. Masks are written one after the other with ';' between them`,
      );
      return patternSpec(write(read(mask)), {}); // says where it is wrong; 'global' alone is not a pattern here
    });
  },
});
