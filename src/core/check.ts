/** @file The one way to refuse bad input. Messages say what was wrong, what was given, and what is allowed. */

export class InputError extends Error {
  override name = 'InputError';
}

export function check(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InputError(message);
}

/** The message of the InputError that `act` throws; undefined if it throws none. */
export function inWords(act: () => void): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}
