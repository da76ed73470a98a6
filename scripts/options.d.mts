import type { ParseArgsConfig, parseArgs } from 'node:util';

/** The arguments, parsed by `options`. Prints `usage` and exits if they are wrong, or for --help. */
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
