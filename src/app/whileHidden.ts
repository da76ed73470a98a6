/** @file Training waits while the tab is hidden. */

interface Suspends {
  suspend(): void;
  resume(): void;
}

/** Suspends it whenever the tab is hidden, from the beginning if it was opened in the background. Returns how to stop. */
export function waitWhileHidden(one: Suspends): () => void {
  const seen = () => {
    if (document.hidden) one.suspend();
    else one.resume();
  };
  seen();
  document.addEventListener('visibilitychange', seen);
  return () => document.removeEventListener('visibilitychange', seen);
}
