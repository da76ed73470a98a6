/** @file The person's own text over a reload of this tab. Storage may be forbidden or full; then it is only not kept. */
const KEY = 'zebra-lab-own-text';

export function savedText(): string {
  try {
    return sessionStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}

export function saveText(text: string): void {
  try {
    sessionStorage.setItem(KEY, text);
  } catch {
    // It stays on the page.
  }
}
