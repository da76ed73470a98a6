import type { Mask } from '../../attention/mask';
import { clip, equal, minus } from '../../attention/runs';
import { eachLayer, spanOf } from '../measure';
import { positionOf } from '../../attention/mask';
import { defineLint, type Declared, type Found } from '../subject';

export default defineLint({
  id: 'L14',
  order: 14,
  label: 'Blocks and true length',
  summary:
    'A block mask that is used at another length, or without the mask inside its partial blocks.',
  thread: 'https://github.com/meta-pytorch/attention-gym/issues/31',
  check: (subject) =>
    eachLayer(
      subject,
      (mask) =>
        tooShort(mask, subject.declared) ??
        wholeBlocks(mask, subject.declared) ??
        tooLong(mask, subject.declared),
    ),
});

function tooShort(mask: Mask, { length, block }: Declared): Found | undefined {
  if (length === undefined || mask.keys >= length) return undefined;
  return {
    cell: { query: mask.queries - 1, key: mask.keys - 1 },
    what: `The mask ends at key ${mask.keys - 1}, and there are ${length} tokens.`,
    consequence:
      'The tokens after it are dropped, or the mask is read past its end, where anything may be stored.',
    fix: `Make the mask again for ${length} tokens${block ? `, rounded up to blocks of ${block}` : ''}.`,
  };
}

/** All queries of a block read the same whole blocks, more than their own rows allow. */
function wholeBlocks(mask: Mask, { causal, block }: Declared): Found | undefined {
  if (!causal || !block || block < 2 || mask.queries !== mask.keys) return undefined;
  let leak: { query: number; key: number } | undefined;
  for (let q = 0; q < mask.queries; q++) {
    const row = mask.row(q);
    if (!equal(row, mask.row(q - (q % block)))) return undefined;
    if (row.some((at) => at % block !== 0 && at !== mask.keys)) return undefined;
    const future = clip(row, q + 1, mask.keys);
    if (future.length > 0) leak ??= { query: q, key: future[0]! };
  }
  if (!leak) return undefined;
  return {
    cell: leak,
    what: `All ${block} queries of a block read the same whole blocks: query ${leak.query} reads key ${leak.key}.`,
    consequence:
      'Partial blocks are computed as if they were full, so the future of each block leaks into it.',
    fix: 'Keep the rule beside the blocks and apply it inside partial ones.',
    explains: ['L3', 'L4', 'L5', 'L12'],
  };
}

/** Real queries read keys after the last real token. */
function tooLong(mask: Mask, declared: Declared): Found | undefined {
  const { length, block } = declared;
  if (length === undefined) return undefined;
  let first: { query: number; key: number } | undefined;
  let onlyPadding = true; // whether padding is all that is read of the future
  for (let q = 0; q < mask.queries; q++) {
    const position = positionOf(mask, q);
    if (position >= length) break;
    const row = mask.row(q);
    const padding = clip(row, length, mask.keys);
    if (padding.length > 0) first ??= { query: q, key: padding[0]! };
    const future = minus(clip(row, position + 1, length), spanOf(declared, position));
    if (future.length > 0) onlyPadding = false;
  }
  if (!first) return undefined;
  const rounded = block && Math.ceil(length / block) * block;
  return {
    cell: first,
    what: `Query ${first.query} reads key ${first.key}, and the text ends at ${length - 1}${rounded && rounded > length ? `; blocks of ${block} end at ${rounded - 1}` : ''}.`,
    consequence:
      'Padding takes a share of the attention, which changes with the length the batch happens to have.',
    fix: `Make the mask for the true length of each text, and let only keys below ${length} be read.`,
    ...(onlyPadding && { explains: ['L3'] }),
  };
}
