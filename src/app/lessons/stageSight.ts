/** @file On a narrow page the stage stands below the text: what the text changes there is brought into view, and back again. */
import { tick } from 'svelte';

/** Two columns need this much room; LessonPage's styles say the same. */
const BESIDE = '(min-width: 1180px) and (min-height: 560px)';

/** What in a lesson's text changes the stage, and which view shows the change best. */
const ACTS = [
  { selector: 'button.do[data-look]', view: 'maps' },
  { selector: 'button.do[data-set]', view: undefined },
  { selector: 'button[data-stage="curve"]', view: 'curve' },
] as const;

/** How the page moves: at once for people who asked for less motion. */
const behavior = (): ScrollBehavior =>
  matchMedia('(prefers-reduced-motion: reduce)').matches ? 'instant' : 'smooth';

/** From the text to the stage and back. */
export class StageSight {
  /** What was pressed in the text, or the place it stood at where it is gone since. */
  #from: HTMLElement | undefined;

  constructor(private readonly stage: () => HTMLElement | undefined) {}

  /** Something in the text was pressed: on a narrow page the stage comes into view if it changed that. */
  follow = async ({ target }: MouseEvent): Promise<void> => {
    if (!(target instanceof Element) || matchMedia(BESIDE).matches) return;
    for (const { selector, view } of ACTS) {
      const pressed = target.closest<HTMLElement>(selector);
      if (!pressed) continue;
      // What is pressed to predict goes away; its exercise stays.
      this.#from = view === 'curve' ? (pressed.closest('section') ?? pressed) : pressed;
      await tick();
      this.show(view);
      return;
    }
  };

  /** Brings the stage into view, or one of its views. */
  show = (view?: string): void => {
    const stage = this.stage();
    const place = (view && stage?.querySelector(`[data-view="${view}"]`)) || stage;
    stage?.querySelector('h2')?.focus({ preventScroll: true });
    place?.scrollIntoView({ behavior: behavior(), block: 'start' });
  };

  /** Back to what was pressed, or where nothing was, to `otherwise`. */
  back = (otherwise: HTMLElement | null | undefined): void => {
    const from = this.#from?.isConnected ? this.#from : otherwise;
    const focused = from?.matches('button') ? from : (from?.querySelector('h2, h3') ?? from);
    if (focused instanceof HTMLElement) {
      if (!focused.matches('button')) focused.tabIndex = -1;
      focused.focus({ preventScroll: true });
    }
    from?.scrollIntoView({ behavior: behavior(), block: from.matches('h2') ? 'start' : 'center' });
    this.#from = undefined;
  };
}
