import { defineBug } from '../bug';
import { maskOf } from '../../attention/expression';
import { read } from '../../attention/parse';
import { fromRule } from '../../attention/mask';
import { has } from '../../attention/runs';

const meant = read('causal & documents(6, 12)');
const rows = maskOf(meant, 16);
// A token at a border was counted as part of the previous group.
const broken = fromRule(16, 16, (q, k) => has(rows.row(q), k) || (q === 12 && k === 11));

export default defineBug({
  id: 'one-cell',
  order: 13,
  title: 'Right but for one pair',
  thread: 'https://github.com/octo-models/octo/issues/75',
  lint: 'L16',
  story:
    'Tokens came in groups, and the group of a token was worked out from its index. At a border the index was off, so one token was allowed to read its neighbour in another group. Every other pair was right.',
  subject: { masks: [broken], expressions: [meant], declared: { causal: true }, meant: [rows] },
  repaired: [meant],
});
