/** @file A dense mask [T, T] per kind of layer, in PyTorch or JAX, boolean or to be added to scores. */
import { tableLines } from '../../attention/python';
import type { CodeDoc } from '../format';
import { checkCall, checkLines } from './facts';
import { headLines, kindsOf, listOf, namesOf, ruleOf, sizeLines } from './layers';

interface Dialect {
  readonly imports: string;
  /** All cells of a rule as booleans. */
  readonly cells: (rule: string, rows: string) => string;
  readonly positions: (count: string) => string;
  /** Converts lists to an array. */
  readonly tensor: string;
  readonly add: (allowed: string, rows: string) => string;
  /** As NumPy. */
  readonly numpy: (array: string) => string;
  readonly use: { readonly truth: string; readonly added: string };
}

export const TORCH: Dialect = {
  imports: 'import torch',
  positions: (count) => `torch.arange(${count})`,
  tensor: 'torch.tensor',
  cells: (rule, rows) => `${rule}.expand(${rows}, T)`,
  add: (allowed, rows) => `torch.zeros(${rows}, T).masked_fill(~${allowed}, float('-inf'))`,
  numpy: (array) => `${array}.numpy()`,
  use: {
    truth: 'torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=MASKS[layer])',
    added: 'torch.softmax(scores + MASKS[layer], dim=-1)',
  },
};

export const JAX: Dialect = {
  imports: 'import jax.numpy as jnp',
  positions: (count) => `jnp.arange(${count})`,
  tensor: 'jnp.asarray',
  cells: (rule, rows) => `jnp.broadcast_to(${rule}, (${rows}, T))`,
  add: (allowed) => `jnp.where(${allowed}, 0.0, -jnp.inf)`,
  numpy: (array) => `np.asarray(${array})`,
  use: {
    truth: 'jax.nn.dot_product_attention(q, k, v, mask=MASKS[layer][None, None])',
    added: 'jax.nn.softmax(scores + MASKS[layer], axis=-1)',
  },
};

export function writeDense(
  doc: CodeDoc,
  dialect: Dialect,
  form: 'truth' | 'added',
  what: string,
): string {
  const kinds = kindsOf(doc);
  const names = namesOf(kinds, doc.layers.length, 'mask_');
  const whole = doc.queries === undefined || doc.queries === doc.T;
  const rows = whole ? 'T' : 'Q';
  const at = dialect.positions(rows);
  const asTruth = (array: string) => (form === 'added' ? `${array} == 0` : array);
  return [
    ...headLines(doc, what),
    form === 'truth'
      ? '# True: the query may read the key.'
      : '# 0: the query may read the key; -inf: it may not. To be added to the scores.',
    'import zlib',
    '',
    'import numpy as np',
    dialect.imports,
    '',
    ...tableLines(
      kinds.map(({ expression }) => expression),
      { tensor: dialect.tensor },
    ),
    ...sizeLines(doc),
    `q_idx, kv_idx = ${whole ? at : `(FIRST + ${at})`}[:, None], ${dialect.positions('T')}[None, :]`,
    '',
    ...kinds.flatMap((kind) => [
      '',
      ...ruleOf(kind, `rule_${kind.name}`, 'q_idx, kv_idx'),
      '',
      '',
      `mask_${kind.name} = ${
        form === 'truth'
          ? dialect.cells(`rule_${kind.name}(q_idx, kv_idx)`, rows)
          : dialect.add(dialect.cells(`rule_${kind.name}(q_idx, kv_idx)`, rows), rows)
      }`,
      '',
    ]),
    `MASKS = ${listOf(doc.layers, (_, i) => names[i]!)}  # by layer`,
    `# ${dialect.use[form]}`,
    '',
    '',
    ...checkLines(doc),
    '',
    '',
    ...kinds.map(({ name, facts }) =>
      checkCall(`mask_${name}`, facts, {
        whole: dialect.numpy(form === 'added' ? `(${asTruth(`mask_${name}`)})` : `mask_${name}`),
        row: dialect.numpy(`(${asTruth(`mask_${name}[q]`)})`),
      }),
    ),
    '',
  ].join('\n');
}
