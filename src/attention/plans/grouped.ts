import type { ParamSpec } from '../../core/params';
import { WINDOW } from '../params';
import { definePlan } from '../plan';
import { patternSpec } from '../registry';

const GROUP_SIZE: ParamSpec = {
  label: 'Group size',
  unit: 'layers',
  min: 1,
  max: 8,
  initial: 2,
  explain: (size) => (size === 1 ? 'every layer is global' : `1 global layer, ${size - 1} local`),
};

/** Zebra's stripes: in every L layers one is global, the others local. */
export default definePlan({
  id: 'grouped',
  label: 'Grouped',
  order: 3,
  summary: 'In every group of layers one is global and the others are local: the zebra’s stripes.',
  source:
    'Song et al. 2023, arXiv:2312.08618, Fig. 1d; place first as in the authors’ code, last as in Gemma 3 and Olmo 3',
  params: { groupSize: GROUP_SIZE, window: WINDOW },
  reads: ['layers', 'window', 'groupSize', 'place'],
  expand({ layers, window, groupSize, place }) {
    const at = place === 'first' ? 0 : groupSize - 1;
    return Array.from({ length: layers }, (_, i) =>
      i % groupSize === at ? patternSpec('global', {}) : patternSpec('local', { window }),
    );
  },
});
