/** @file Measures how long a reader spends at a step in view; src/lessons/stepTime.ts defines what counts. */
import { countedMs } from '../../lessons/stepTime';

const EVERY_MS = 5000;
const SIGNS = ['pointermove', 'pointerdown', 'keydown', 'scroll', 'touchstart'] as const;

/** Calls `spend` at intervals with whole seconds. Returns a function that stops it and reports the remainder. */
export function stepClock(spend: (seconds: number) => void): () => void {
  let looked = performance.now();
  let stirred = looked;
  let counted = 0; // ms not reported yet
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
