/** @file What a question brings, opened: masks, and what they should be. */
import { check } from '../core/check';
import { ofText, piecesOf, type Piece, type Pieces, type ReadAs } from './brought';

/** What a question brings: names of its files, or masks as written. */
export interface Given {
  readonly names: readonly string[];
  /** Masks as written, instead of files. */
  readonly text?: string;
}

/**
 * Masks, and what they should be if `other` or a config next to them says it. `files` are those of `of`, then those of
 * `other`; `expected`: whether something else says what they should be. Throws InputError if `other` is several masks.
 */
export async function bothOf({
  of,
  other,
  files,
  readAs = {},
  size,
  expected,
}: {
  readonly of: Given;
  readonly other: Given | undefined;
  readonly files: readonly Uint8Array[];
  readonly readAs: ReadAs | undefined;
  readonly size: Parameters<typeof ofText>[1];
  readonly expected: boolean;
}): Promise<Pick<Pieces, 'pieces' | 'unread'> & { readonly intended?: Piece }> {
  const open = async ({ names, text }: Given, from: number, isExpected?: boolean) =>
    text === undefined
      ? piecesOf(
          names.map((name, i) => ({ name, bytes: files[from + i]! })),
          readAs,
          isExpected,
        )
      : ({ pieces: [ofText(text, size)], unread: [] } as Pieces);
  const theirs = other && (await open(other, of.names.length));
  check(
    !theirs || theirs.pieces.length < 2,
    `what the masks should be is ${theirs?.pieces.length} masks that differ (${theirs?.pieces.map((one) => one.of).join('; ')}); give the one that these masks should be`,
  );
  const { pieces, unread, meant } = await open(of, 0, expected || theirs !== undefined);
  const [intended] =
    theirs?.pieces ?? (meant ? [{ of: '', opened: { doc: meant, says: '' } }] : []);
  return { pieces, unread, ...(intended && { intended }) };
}
