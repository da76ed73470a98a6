/**
 * @file Three paths through the lessons for readers with 20, 45 or 90 minutes; each stop is a lesson or its first
 * steps.
 */
import type { Heading } from './document';

export interface Stop {
  readonly lesson: string; // id
  /** Number of steps from the first one, if not all. */
  readonly steps?: number;
}

export interface Path {
  readonly minutes: number;
  readonly label: string;
  /** What the reader can do afterwards. */
  readonly says: string;
  readonly stops: readonly Stop[];
}

export const PATHS: readonly Path[] = [
  {
    minutes: 20,
    label: 'See it fail',
    says: 'Play with the stripes, then predict and see what local layers cannot do.',
    stops: [{ lesson: '00-play' }, { lesson: '04-the-cliff', steps: 4 }],
  },
  {
    minutes: 45,
    label: 'See why one stripe repairs it',
    says: 'The whole experiment: the cliff, its control, and the cheapest repair.',
    stops: [
      { lesson: '00-play' },
      { lesson: '04-the-cliff' },
      { lesson: '05-one-stripe', steps: 7 },
    ],
  },
  {
    minutes: 90,
    label: 'Know the four masks',
    says: 'Paint the masks, work out the reach, then the experiment and its repair.',
    stops: [
      { lesson: '00-play' },
      { lesson: '02-four-masks' },
      { lesson: '03-reach' },
      { lesson: '04-the-cliff' },
      { lesson: '05-one-stripe' },
    ],
  },
];

/** Minutes a stop takes, a fraction: the sum of its steps. */
export const minutesAt = ({ steps }: Stop, head: Pick<Heading, 'steps'>): number =>
  head.steps.slice(0, steps).reduce((sum, step) => sum + step.minutes, 0);
