/**
 * @file What an audience sees on pages laid out for one person with a whole window: one part at a time, enlarged.
 * projector.css shows and hides the parts by `data-shown` on the root.
 */
import type { Page } from '../route';

export interface ProjectorPart {
  readonly id: string;
  readonly label: string;
}

export const PARTS_OF: Partial<Record<Page, readonly ProjectorPart[]>> = {
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
