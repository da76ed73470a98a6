import { tableLines } from '../../attention/python';
import { defineFormat } from '../format';
import { checkCall, checkLines } from '../python/facts';
import { headLines, kindsOf, listOf, namesOf, ruleOf, sizeLines } from '../python/layers';

const TABLE = { tensor: 'torch.tensor', beside: (table: string) => `${table}.to(q_idx.device)` };

export default defineFormat({
  id: 'flex',
  label: 'PyTorch FlexAttention',
  order: 0,
  language: 'python',
  summary: 'A mask_mod per layer and its block mask; attention never stores the full mask.',
  supports: () => undefined,
  write(doc) {
    const kinds = kindsOf(doc);
    const names = namesOf(kinds, doc.layers.length, 'mask_');
    const rows = doc.queries === undefined || doc.queries === doc.T ? 'T' : 'Q';
    const every = [...new Set(names)];
    return [
      ...headLines(
        doc,
        'Masks for PyTorch FlexAttention (mask_mod: True, the query may read the key)',
      ),
      'import zlib',
      '',
      'import numpy as np',
      'import torch',
      'from torch.nn.attention.flex_attention import create_block_mask, create_mask',
      '',
      ...tableLines(
        kinds.map(({ expression }) => expression),
        TABLE,
      ),
      ...sizeLines(doc),
      "DEVICE = 'cuda' if torch.cuda.is_available() else 'cpu'",
      '',
      ...kinds.flatMap((kind) => [
        '',
        ...ruleOf(
          kind,
          `mask_${kind.name}`,
          'b, h, q_idx, kv_idx',
          rows === 'Q' ? ['q_idx = FIRST + q_idx'] : [],
        ),
        '',
      ]),
      '',
      'BLOCKS = {',
      `    mod: create_block_mask(mod, B=None, H=None, Q_LEN=${rows}, KV_LEN=T, device=DEVICE)`,
      `    for mod in [${every.join(', ')}]`,
      '}',
      `MASKS = ${listOf(doc.layers, (_, i) => names[i]!)}  # by layer`,
      '# flex_attention(q, k, v, block_mask=BLOCKS[MASKS[layer]])',
      '',
      '',
      ...checkLines(doc),
      '',
      '',
      ...kinds.map(({ name, facts }) =>
        checkCall(`mask_${name}`, facts, {
          whole: `create_mask(mask_${name}, 1, 1, ${rows}, T, device='cpu')[0, 0].numpy()`,
          row: `(torch.arange(T) >= 0).logical_and(mask_${name}(0, 0, torch.tensor(q), torch.arange(T))).numpy()`,
        }),
      ),
      '',
    ].join('\n');
  },
});
