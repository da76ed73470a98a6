/** @file Masks of several layers in one line, as the user writes them: `5*causal & window(4); causal`. */
import { check } from '../core/check';
import { brief, type Expression } from '../attention/expression';
import { read } from '../attention/parse';
import { MAX_LAYERS } from './doc';

/** Consecutive equal layers, once with their number. */
export function writeStack(layers: readonly Expression[]): string {
  const parts: { text: string; count: number }[] = [];
  for (const layer of layers) {
    const text = brief(layer);
    const last = parts.at(-1);
    if (last?.text === text) last.count++;
    else parts.push({ text, count: 1 });
  }
  return parts.map(({ text, count }) => (count > 1 ? `${count}*${text}` : text)).join('; ');
}

/** A single mask is for every layer. Throws InputError. */
export function readStack(text: string): readonly Expression[] {
  const layers = text.split(';').flatMap((part) => {
    const [, times, words] = /^\s*(?:(\d{1,3})\s*\*)?(.*)$/s.exec(part)!;
    const expression = read(words!);
    return Array.from({ length: Math.max(1, Number(times ?? 1)) }, () => expression);
  });
  check(
    layers.length <= MAX_LAYERS,
    `there are ${layers.length} layers; ${MAX_LAYERS} at most are read`,
  );
  return layers;
}
