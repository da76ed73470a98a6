import { InputError } from '../core/check';
import { Diverged } from '../train/trainer';

export function wordsOf(cause: unknown): string {
  if (cause instanceof InputError) return `These settings cannot run: ${cause.message}.`;
  if (cause instanceof Diverged) return cause.message;
  const message = cause instanceof Error ? cause.message : String(cause);
  if (message.includes('Reset')) return message;
  return `${message.replace(/\.$/, '')}. Press Reset to start again.`;
}
