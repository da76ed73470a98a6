import type { Attachment } from 'svelte/attachments';
import type { Settling } from '../../session/settling';

/** Holds model building while a slider within this element is pressed, and releases it afterwards. */
export const hand =
  ({ hold, release }: Pick<Settling, 'hold' | 'release'>): Attachment<HTMLElement> =>
  (element) => {
    const down = ({ target }: PointerEvent) => {
      if (target instanceof HTMLInputElement && target.type === 'range') hold();
    };
    const ends = ['pointerup', 'pointercancel', 'blur'] as const;
    element.addEventListener('pointerdown', down);
    for (const end of ends) window.addEventListener(end, release);
    return () => {
      element.removeEventListener('pointerdown', down);
      for (const end of ends) window.removeEventListener(end, release);
      release();
    };
  };
