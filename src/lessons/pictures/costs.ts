/** @file What a run costs at a given length, as the rows of one table. All numbers are counted, not measured. */
import { attentionFlops, cacheBytes, visiblePairs } from '../../attention/cost';
import { reach } from '../../attention/reach';
import { formatBytes, formatCount, formatInteger } from '../../core/units';
import type { ModelSpec } from '../../spec/model';

export interface CostRow {
  readonly label: string;
  readonly unit: string;
  /** One number per run; undefined if the run does not have this layer. */
  readonly values: readonly (number | undefined)[];
  readonly write: (value: number) => string;
  /** Whether it is a layer, whose number is part of the sum in a later row. */
  readonly layer?: number;
}

/** Numbers of one key and value, float32. */
const BYTES = 4;

export function costRows(models: readonly ModelSpec[], T: number): readonly CostRow[] {
  const layers = Math.max(0, ...models.map((model) => model.layers.length));
  const pairs = models.map((model) => model.layers.map((layer) => visiblePairs(layer, T)));
  return [
    ...Array.from({ length: layers }, (_, l) => ({
      label: `layer ${l + 1}`,
      unit: 'pairs',
      values: pairs.map((own) => own[l]),
      write: formatInteger,
      layer: l,
    })),
    {
      label: 'all layers',
      unit: 'pairs',
      values: pairs.map((own) => own.reduce((a, b) => a + b, 0)),
      write: formatInteger,
    },
    {
      label: 'Attention, forward',
      unit: 'FLOPs',
      values: models.map((model) => attentionFlops(model.layers, { ...model, T })),
      write: formatCount,
    },
    {
      label: 'KV cache',
      unit: 'float32',
      values: models.map((model) =>
        cacheBytes(model.layers, { ...model, T, bytesPerNumber: BYTES }),
      ),
      write: formatBytes,
    },
    {
      label: 'Reach of the last token',
      unit: 'tokens',
      values: models.map((model) => reach(model.layers, T)),
      write: formatInteger,
    },
  ];
}

/** A number as a share of the largest in its row, 0..1, for bars. */
export function shareOf({ values }: CostRow, run: number): number {
  const most = Math.max(0, ...values.map((value) => value ?? 0));
  return most > 0 ? (values[run] ?? 0) / most : 0;
}
