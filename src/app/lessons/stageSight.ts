/**
 * @file For narrow pages, where the stage is below the text: scrolls to the view that the text changed, and back again.
 */
import { tick } from 'svelte';

/** Two columns need this much room; must match LessonPage's styles. */
const BESIDE = '(min-width: 1180px) and (min-height: 560px)';

/** Elements in a lesson's text that change the stage, and the view that shows each change best. */
const ACTS = [
  { selector: 'button.do[data-look]', view: 'maps' },
  { selector: 'button.do[data-set]', view: undefined },
  { selector: 'button[data-stage="curve"]', view: 'curve' },
] as const;

/** How the page scrolls: instantly for users who asked for reduced motion. */
const behavior = (): ScrollBehavior =>
  matchMedia('(prefers-reduced-motion: reduce)').matches ? 'instant' : 'smooth';

/** From the text to the stage and back. */
export class StageSight {
  /** The pressed element in the text, or its container if the element disappears. */
  #from: HTMLElement | undefined;

  constructor(private readonly stage: () => HTMLElement | undefined) {}

  /** On a press in the text: on a narrow page, scroll to the stage if the press changed it. */
  follow = async ({ target }: MouseEvent): Promise<void> => {
    if (!(target instanceof Element) || matchMedia(BESIDE).matches) return;
    for (const { selector, view } of ACTS) {
      const pressed = target.closest<HTMLElement>(selector);
      if (!pressed) continue;
      // The button for predicting disappears; its exercise stays.
      this.#from = view === 'curve' ? (pressed.closest('section') ?? pressed) : pressed;
      await tick();
      this.show(view);
      return;
    }
  };

  /** Scrolls to the stage, or to one of its views. */
  show = (view?: string): void => {
    const stage = this.stage();
    const place = (view && stage?.querySelector(`[data-view="${view}"]`)) || stage;
    stage?.querySelector('h2')?.focus({ preventScroll: true });
    place?.scrollIntoView({ behavior: behavior(), block: 'start' });
  };

  /** Back to the pressed element; if there is none, to `otherwise`. */
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
