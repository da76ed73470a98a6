/**
 * @file Moves the keyboard focus when a pressed button disappears or is disabled: to the element that replaced it, or
 * otherwise to the next one. Browsers would drop the focus, and the next Tab would begin at the top of the page.
 */
const FOCUSABLE = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';
/** Some buttons disappear only when an answer arrives; if the user has moved the focus by then, it stays there. */
const LOOKS_MS = [0, 150, 600, 1500];

const can = (one: HTMLElement) =>
  one.isConnected && !one.matches(':disabled') && one.checkVisibility({ visibilityProperty: true });

const focusables = (page: Document) => [...page.querySelectorAll<HTMLElement>(FOCUSABLE)];

const follows = (one: HTMLElement, other: HTMLElement) =>
  (one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;

/** Watches all buttons of the page that are pressed by keyboard. Returns a function that stops watching. */
export function keepFocus(page: Document): () => void {
  function press({ target, detail }: MouseEvent) {
    if (detail > 0 || !(target instanceof Element)) return; // pointer users do not depend on the focus
    const pressed = target.closest('button');
    if (!pressed) return;
    const before = focusables(page);
    const behind = before.slice(0, before.indexOf(pressed) + 1).reverse();
    const look = () => {
      if (page.activeElement !== page.body && page.activeElement !== pressed) return;
      if (can(pressed)) return;
      const now = focusables(page).filter(can);
      const from = behind.find((one) => one.isConnected);
      const ahead = now.find((one) => !from || follows(from, one));
      (ahead ?? now.at(-1))?.focus();
    };
    for (const ms of LOOKS_MS) setTimeout(look, ms);
  }
  page.addEventListener('click', press, true);
  return () => page.removeEventListener('click', press, true);
}
