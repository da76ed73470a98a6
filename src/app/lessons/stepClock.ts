/** @file Counts how long a reader is at a step while it is in view; see src/lessons/stepTime.ts for what counts. */
import { countedMs } from '../../lessons/stepTime';

const EVERY_MS = 5000;
const SIGNS = ['pointermove', 'pointerdown', 'keydown', 'scroll', 'touchstart'] as const;

/** `spend` is told whole seconds, now and then. Returns how to stop, which tells what is left. */
export function stepClock(spend: (seconds: number) => void): () => void {
  let looked = performance.now();
  let stirred = looked;
  let counted = 0; // ms that are not told yet
  const stir = () => (stirred = performance.now());

  function look() {
    const now = performance.now();
    counted += countedMs(now - looked, { visible: !document.hidden, silence: now - stirred });
    looked = now;
    const seconds = Math.floor(counted / 1000);
    if (seconds === 0) return;
    counted -= 1000 * seconds;
    spend(seconds);
  }

  const timer = setInterval(look, EVERY_MS);
  for (const sign of SIGNS) addEventListener(sign, stir, { passive: true, capture: true });
  return () => {
    clearInterval(timer);
    for (const sign of SIGNS) removeEventListener(sign, stir, { capture: true });
    look();
  };
}
