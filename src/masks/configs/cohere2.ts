import { defineRule, GLOBAL_TYPE } from '../family';

export default defineRule({
  id: 'cohere2',
  label: 'Command (Cohere2)',
  order: 8,
  modelTypes: ['cohere2', 'cohere_compass_text'],
  source: 'Command A report, arXiv:2504.00698; three local layers, then a global one',
  layer: (_, { type }) => (type === GLOBAL_TYPE ? { rope: 'none' } : {}),
});
