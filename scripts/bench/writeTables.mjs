/** @file Puts the tables of `npm run bench` into README.md and docs/performance.md, between their comments. */
import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import * as tables from './table.mjs';

const PLACES = {
  'README.md': { short: tables.shortTable, machine: machineOf },
  'docs/performance.md': {
    machine: machineOf,
    short: tables.shortTable,
    engines: tables.engineTable,
    plans: tables.planTable,
    costs: tables.costTable,
    peaks: tables.peakTable,
    reasons: (results) => tables.reasons(results).join('\n'),
  },
};

function machineOf({ machine, date }) {
  return `Measured on ${date}: ${machine}.`;
}

export async function writeTables(results) {
  for (const [path, parts] of Object.entries(PLACES)) {
    let text = readFileSync(path, 'utf8');
    for (const [name, of] of Object.entries(parts)) text = tables.replaced(text, name, of(results));
    const config = await resolveConfig(path);
    writeFileSync(path, await format(text, { ...config, filepath: path }));
  }
}
