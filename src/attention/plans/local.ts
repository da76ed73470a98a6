import { WINDOW } from '../params';
import { definePlan } from '../plan';
import { patternSpec } from '../registry';

export default definePlan({
  id: 'local',
  label: 'Local',
  order: 1,
  summary: 'Every layer reads a window: cheap, but the stack cannot see far.',
  source: 'Song et al. 2023, arXiv:2312.08618, Fig. 1b',
  params: { window: WINDOW },
  reads: ['layers', 'window'],
  expand: ({ layers, window }) =>
    Array.from({ length: layers }, () => patternSpec('local', { window })),
});
