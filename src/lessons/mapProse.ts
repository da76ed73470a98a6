/** @file Rewrites the prose of a lesson, for example as HTML, and the rich strings of its exercises. */
import { InputError } from '../core/check';
import type { LessonDocument } from './document';
import type { Block, Prose } from './stepDocument';

/** Strings of an exercise that are Markdown of one paragraph, wherever they occur in it. */
export const RICH: ReadonlySet<string> = new Set([
  'ask',
  'hints',
  'says',
  'because',
  'answer',
  'points',
  'text',
  'tooHigh',
  'tooLow',
  'near',
  'change',
]);

/**
 * The same document with its prose and the rich strings of its exercises rewritten; a failure is reported with its
 * place.
 */
export function mapProse(
  document: LessonDocument,
  block: (markdown: string) => string,
  inline: (markdown: string) => string,
): LessonDocument {
  const rich = (value: unknown, isRich: boolean): unknown => {
    if (typeof value === 'string') return isRich ? inline(value) : value;
    if (Array.isArray(value)) return value.map((one) => rich(one, isRich));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [name, rich(one, RICH.has(name))]),
    );
  };
  const mapped = (part: Prose | Block): Prose | Block => {
    if (part.kind === 'prose') return { ...part, text: block(part.text) };
    return part.kind === 'exercise' ? { ...part, value: rich(part.value, false) } : part;
  };
  return {
    ...document,
    steps: document.steps.map((step) => ({
      ...step,
      parts: step.parts.map((part) =>
        placed(`lessons/${document.id}/lesson.md, step '${step.title}', line ${part.line}`, () =>
          mapped(part),
        ),
      ),
    })),
  };
}

/** The result of `act`; its errors are prefixed with the place. */
export function placed<T>(where: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    // Matched by name: the renderer may come from another bundle.
    if (!(error instanceof Error) || error.name !== 'InputError') throw error;
    throw new InputError(`${where}: ${error.message}`);
  }
}
