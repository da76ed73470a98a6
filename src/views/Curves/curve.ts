import type { Point } from '../../draw/curves';

export interface Curve {
  readonly id: string;
  readonly label?: string; // written at its end
  readonly look: 'raw' | 'solid' | 'dotted';
  readonly points: readonly Point[];
  readonly colour?: string; // a CSS colour; ink by default
  readonly dash?: string;
  readonly dot?: boolean; // at its end, so that a single point is visible
  readonly marks?: boolean; // at every point, to show where it was measured
}
