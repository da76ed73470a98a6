/** @file Keeps the user's own text when this tab is reloaded. Storage may be forbidden or full; then it is not kept. */
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
    // The page still has it.
  }
}
