import type { ParseArgsConfig, parseArgs } from 'node:util';

/** What was given, by `options`; explains itself by `usage` and ends where it was asked wrongly, or for --help. */
export function optionsOf<
  O extends NonNullable<ParseArgsConfig['options']>,
  P extends boolean = false,
>(
  usage: string,
  options: O,
  more?: { readonly given?: readonly string[]; readonly allowPositionals?: P },
): ReturnType<
  typeof parseArgs<{
    args: string[];
    options: O & { help: { type: 'boolean' } };
    allowPositionals: P;
  }>
>;
