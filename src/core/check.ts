/** @file The one way to refuse bad input. Messages say what was wrong, what was given, and what is allowed. */

export class InputError extends Error {
  override name = 'InputError';
}

export function check(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InputError(message);
}

/** What InputError says where `act` throws one; undefined where it does not. */
export function inWords(act: () => void): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}
