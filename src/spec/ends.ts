/** @file Where a slider ends: beyond it nothing more would change, or nothing could be built. */
import { readsEverything } from '../attention/whole';
import { remembering } from '../core/remember';
import { sources } from '../data/registry';
import { layersOf, type RunSpec } from './run';
import type { Control } from './controls';

/** What the layers are computed from; two specs with the same signature are the same run. */
const signatureOf = (spec: RunSpec): string =>
  layersOf(spec)
    .map((layer) =>
      readsEverything(layer, spec.context)
        ? 'all'
        : `${layer.pattern} ${JSON.stringify(layer.params)}`,
    )
    .join();

interface Telling {
  readonly spec: RunSpec;
  readonly name: 'window' | 'chunk' | 'groupSize';
  readonly min: number;
  readonly max: number;
}

/**
 * The least value from which on the layers stay as they are, up to the control's own end. Cached: a slider and the
 * sentence below it need the same end, and every value tried requires expanding the layers.
 */
const lastThatMatters = remembering(64, (written) => {
  const { spec, name, min, max } = JSON.parse(written) as Telling;
  const of = (value: number) => signatureOf({ ...spec, [name]: value });
  const end = of(max);
  let last = max;
  while (last > min && of(last - 1) === end) last--;
  return last;
});

/**
 * The largest value of a number that makes a difference to this run. A setting beyond it, from a link or from when the
 * text was longer, is kept and has the same effect.
 */
export function endOf(control: Control & { readonly kind: 'number' }, spec: RunSpec): number {
  const { min, max } = control.param;
  switch (control.name) {
    case 'window':
    case 'chunk':
    case 'groupSize':
      try {
        return lastThatMatters(
          JSON.stringify({ spec, name: control.name, min, max } satisfies Telling),
        );
      } catch {
        return max; // stripes that cannot be expanded: their error is shown first
      }
    case 'distance': {
      const source = sources.get(spec.task);
      const room = source.kind === 'task' ? source.maxDistance(spec.context) : max;
      return room >= min ? Math.min(max, room) : max;
    }
    case 'share':
      return Math.min(max, spec.heads);
    default:
      return max;
  }
}
