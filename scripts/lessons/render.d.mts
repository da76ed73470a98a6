/** Markdown of several paragraphs, as HTML. Throws InputError for what a lesson may not say. */
export function block(markdown: string): string;
/** Markdown of one paragraph, as inline HTML. */
export function inline(markdown: string): string;
/** Translates the words that are not the author's, from now on. */
export function speak(translate: (message: string) => string): void;
