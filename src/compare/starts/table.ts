import opening from '../../spec/presets/postal-codes';
import { defineStart } from '../defineStart';

/** What Compare opens with where its address asks for nothing. */
export default defineStart({
  id: 'table',
  label: 'A table: who reads the line above?',
  order: 0,
  summary:
    'Four plans learn a table of postal codes. What helps stands one line back, beyond what four local layers reach: local and approximate attention cannot use it, global and grouped can.',
  settings: opening.settings,
  steps: 300,
});
