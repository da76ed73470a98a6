/** @file A question of the Python package; each is one file in ./asks. */

interface Asked<Facts = Record<string, unknown>> {
  /** Plain data, written by the package itself. */
  readonly facts: Facts;
  readonly files: readonly Uint8Array<ArrayBuffer>[];
}

interface Answered {
  /** Plain data. */
  readonly answer: unknown;
  readonly files?: readonly Uint8Array<ArrayBuffer>[];
}

export interface Ask<Facts = never> {
  readonly id: string;
  /** Throws InputError, a sentence for the user, for what cannot be answered. */
  answer(asked: Asked<Facts>): Answered | Promise<Answered>;
}

export const defineAsk = <Facts>(ask: Ask<Facts>): Ask => ask as unknown as Ask;
