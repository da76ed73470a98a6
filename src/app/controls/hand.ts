import type { Attachment } from 'svelte/attachments';
import type { Settling } from '../../session/settling';

/** Suspends the rebuilding of models while a slider within this element is pressed, and resumes it afterwards. */
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
