/** @file How a layer of a config rotates queries and keys by position, and how that is stretched to longer texts. */
import { isRecord } from '../core/place';
import type { Rope } from './configLayer';
import type { Entry } from './configTable';
import { LOCAL_TYPE } from './family';
import { Fields } from './fields';

/** How positions are stretched beyond the lengths a model was first trained on; undefined: not at all. */
function stretchOf(
  own: Readonly<Record<string, unknown>>,
  scaling: unknown,
): { readonly by: string; readonly factor?: number } | undefined {
  for (const one of [own, isRecord(scaling) ? scaling : {}]) {
    const type = one['rope_type'] ?? one['type'];
    if (typeof type !== 'string' || !Object.hasOwn(STRETCHES, type)) continue;
    const { factor } = one;
    const said = typeof factor === 'number' && Number.isFinite(factor) && factor > 0;
    return { by: STRETCHES[type]!, ...(said && { factor }) };
  }
  return undefined;
}
/** rope_type, by the name of its method. */
const STRETCHES: Readonly<Record<string, string>> = {
  yarn: 'YaRN',
  linear: 'linear scaling',
  dynamic: 'dynamic NTK',
  llama3: 'Llama 3 scaling',
  longrope: 'LongRoPE',
};

export function ropeOf(fields: Fields, { r }: Entry, type: string): Rope | undefined {
  const given = fields.get('rope_parameters') ?? r;
  const all = isRecord(given) ? given : {};
  const part = Object.hasOwn(all, type) ? all[type] : all;
  if (part === null) return 'none';
  const one = isRecord(part) ? part : {};
  const number = (value: unknown) =>
    typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;
  const localBase = type === LOCAL_TYPE ? number(fields.get('rope_local_base_freq')) : undefined;
  const base = localBase ?? number(fields.get('rope_theta')) ?? number(one['rope_theta']);
  const share = number(fields.get('partial_rotary_factor')) ?? number(one['partial_rotary_factor']);
  const stretched = stretchOf(one, fields.get('rope_scaling'));
  if (base === undefined && share === undefined && !stretched) return undefined;
  return {
    ...(base !== undefined && { base }),
    ...(share !== undefined && { share }),
    ...(stretched && { stretched }),
  };
}
