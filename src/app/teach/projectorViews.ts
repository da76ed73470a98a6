/**
 * @file What a room looks at, on pages that are laid out for one person with a whole window: one part at a time, large.
 * The parts are shown and hidden by projector.css, by `data-shown` on the root.
 */
import type { Page } from '../route';

export interface ProjectorView {
  readonly id: string;
  readonly label: string;
}

export const VIEWS_OF: Partial<Record<Page, readonly ProjectorView[]>> = {
  lab: [
    { id: 'pictures', label: 'Who reads whom' },
    { id: 'results', label: 'Learning and cost' },
    { id: 'settings', label: 'Settings' },
  ],
  compare: [
    { id: 'finding', label: 'Finding and curves' },
    { id: 'runs', label: 'Runs' },
    { id: 'pictures', label: 'Who reads whom' },
    { id: 'settings', label: 'Settings' },
  ],
  masks: [
    { id: 'picture', label: 'Mask' },
    { id: 'numbers', label: 'Findings and numbers' },
    { id: 'settings', label: 'Start, files, layers' },
  ],
};
