import { CHUNK, WINDOW } from '../params';
import { definePlan } from '../plan';
import { patternOfLetter, patternSpec } from '../registry';
import { check } from '../../core/check';

/** One letter per layer, from the stripe editor: GSSA. */
export default definePlan({
  id: 'custom',
  label: 'Custom',
  order: 4,
  summary: 'Your own stripes: click a layer to change what it reads.',
  source: 'Zebra Lab',
  params: { window: WINDOW, chunk: CHUNK },
  reads: ['layers', 'window', 'chunk', 'stripes'],
  expand({ layers, window, chunk, stripes }) {
    check(
      stripes.length === layers,
      `the stripes '${stripes}' name ${stripes.length} layers, the model has ${layers}; write one letter for each layer`,
    );
    return [...stripes].map((letter) => patternSpec(patternOfLetter(letter).id, { window, chunk }));
  },
});
