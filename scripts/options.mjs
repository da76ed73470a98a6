/** @file The arguments of a script, read by node:util: --help prints the usage, and unknown arguments are refused with it. */
import { parseArgs } from 'node:util';

export function optionsOf(
  usage,
  options,
  { given = process.argv.slice(2), allowPositionals } = {},
) {
  try {
    const read = parseArgs({
      args: [...given],
      options: { ...options, help: { type: 'boolean' } },
      allowPositionals: allowPositionals ?? false,
    });
    if (!read.values.help) return read;
    console.log(usage);
    process.exit(0);
  } catch (error) {
    console.error(`${error.message}\n\n${usage}`);
    process.exit(2);
  }
}
