import opening from '../../spec/presets/postal-codes';
import { defineStart } from '../defineStart';

/**
 * What Compare opens with if its URL sets nothing: only three runs, so that a laptop shows a difference within 90
 * seconds.
 */
export default defineStart({
  id: 'table',
  label: 'A table: who reads the line above?',
  order: 0,
  summary:
    'Three plans learn a table of postal codes. What helps is one line back, beyond what four local layers reach: local attention cannot use it, global and grouped can.',
  settings: opening.settings,
  runs: [{ plan: 'global' }, { plan: 'grouped' }, { plan: 'local' }],
  steps: 400,
});
