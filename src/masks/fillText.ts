/** @file The value of blocked cells of a file, in a link: its number and its type. */
import { encoded } from '../core/encoded';
import type { Subject } from './subject';

type Fill = NonNullable<Subject['fill']>;

export const writeFill = ({ value, dtype }: Fill) => encoded(`${value},${dtype}`);

export function readFill(text: string): Fill | undefined {
  const [, value, dtype] = /^(-?(?:Infinity|[\d.]+(?:e[+-]?\d+)?)),([^,]{1,16})$/i.exec(text) ?? [];
  return dtype === undefined || Number.isNaN(Number(value))
    ? undefined
    : { value: Number(value), dtype };
}
