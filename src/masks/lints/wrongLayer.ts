import { farEndOf, lateRows, windowed, windowOf } from '../measure';
import type { Mask } from '../../attention/mask';
import { defineLint, type Declared, type Found, type Subject } from '../subject';

/** The window that this layer shows, if it was declared for other layers, or 'none' if it reads everything. */
interface Wrong {
  readonly layer: number;
  readonly shows: number | 'none';
  readonly declared: number | undefined;
}

export default defineLint({
  id: 'L10',
  order: 10,
  label: 'Wrong layer',
  summary:
    'The window is there, but in a different layer than declared, or with another layer’s size.',
  thread: 'https://github.com/Lightning-AI/litgpt/issues/1972',
  check(subject): readonly Found[] {
    const wrong = wrongLayers(subject);
    if (wrong.length === 0) return [];
    const { layer, shows, declared } = wrong[0]!;
    const mask = subject.masks[layer]!;
    const edge = lateRows(
      mask,
      subject.declared,
      shows === 'none' ? declared! : Math.min(shows, declared ?? shows),
    ).next().value;
    const sized = wrong.every((one) => one.shows !== 'none' && one.declared !== undefined);
    const say = (window: number | 'none' | undefined) =>
      typeof window === 'number' ? `a window of ${window}` : 'no window';
    const others = wrong.slice(1).map((one) => one.layer);
    return [
      {
        ...(subject.masks.length > 1 && { layer }),
        layers: wrong.map((one) => one.layer),
        ...(edge && {
          cell: { query: edge.query, key: Math.max(0, edge.beyond.at(-1)! - 1) },
        }),
        what: `This layer was declared with ${say(declared)} and shows ${say(shows)}${others.length > 0 ? `; wrong too: ${others.length === 1 ? 'layer' : 'layers'} ${others.map((one) => one + 1).join(', ')}` : ''}.`,
        consequence:
          'The number of windows looks right, but information takes a different path through the stack than the weights were trained for.',
        fix: 'Count layers from 0 on both sides, and size each mask from its own layer.',
        ...(sized && { thread: 'https://github.com/huggingface/transformers/issues/48482' }),
        explains: ['L5', 'L9', 'L11'],
      },
    ];
  },
});

/** A window that only a row or two show may be a few wrong cells. */
function shownBy(mask: Mask, declared: Declared, window: number): boolean {
  const late = lateRows(mask, declared, window);
  return !late.next().done && !late.next().done && !late.next().done;
}

function wrongLayers({ masks, declared }: Subject): readonly Wrong[] {
  const windows = masks.map((_, layer) => windowOf(declared, layer));
  // A global layer may still get its window by mistake: that of an array, or of any other layer.
  const sizes = [...new Set(windows.filter((one) => one !== undefined))];
  const shows = masks.map((mask, layer): number | 'none' | undefined => {
    const own = windows[layer];
    const answer = own !== undefined ? windowed(mask, declared, own) : undefined;
    if (answer === 'applied') return own;
    const others = sizes.filter((size) => size !== own);
    // A layer that was declared global may show a window that no layer was declared with.
    const global = declared.global ?? declared.layers?.[layer] === 'global';
    const seen = own === undefined && global ? farEndOf(mask, declared, 1) : undefined;
    if (seen && shownBy(mask, declared, seen.window)) others.push(seen.window);
    const size = others.find((one) => windowed(mask, declared, one) === 'applied');
    if (size !== undefined) return size;
    return answer === 'absent' ? 'none' : undefined;
  });
  const wrong = masks.flatMap((_, layer): readonly Wrong[] => {
    const [seen, own] = [shows[layer], windows[layer]];
    return seen === undefined || seen === own || (seen === 'none' && own === undefined)
      ? []
      : [{ layer, shows: seen, declared: own }];
  });
  return wrong.filter(({ shows: seen, declared: own }) => {
    // Declared global, but windowed: always wrong.
    if (own === undefined) return true;
    // No window where one was declared: reported here only if a global layer has it; otherwise it was not applied at
    // all.
    if (seen === 'none') return wrong.some((other) => other.declared === undefined);
    // Another layer's size: if one key apart, it may equally be an error at the window's end, unless that layer is
    // wrong too.
    return Math.abs((seen as number) - own) > 1 || wrong.some((other) => other.declared === seen);
  });
}
