import { defineBug } from '../bug';
import { maskOf, read } from '../../attention/expression';
import { fromRule } from '../../attention/mask';
import { has } from '../../attention/runs';

const meant = read('causal & window(4)');
const rows = maskOf(meant, 16);
const broken = fromRule(16, 16, (q, k) => has(rows.row(q), k) && !(q === 11 && k === 9));

export default defineBug({
  id: 'one-cell',
  order: 13,
  title: 'A hole of one cell',
  thread: 'https://github.com/AI-Hypercomputer/maxtext/issues/4586',
  lint: 'L16',
  story:
    'A window of 4 was meant, and 253 of 256 pairs of indices were looked at by eye. One cell was blocked where two slices met.',
  subject: { masks: [broken], expressions: [meant], declared: { causal: true }, meant: [rows] },
  repaired: [meant],
});
