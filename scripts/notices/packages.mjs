/** @file A package as a notice: its authors, its licence, and the text of that licence. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import spdx from 'spdx-license-list/full.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const json = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** Parts of Vite and Rolldown that they write into a bundle themselves have no file in node_modules. */
const HELPERS = { vite: 'vite', rolldown: 'rolldown' };

/** The package folder a module belongs to; undefined for our own. */
export function folderOf(id) {
  const helper = /^\0(\w+)\//.exec(id)?.[1];
  if (helper) {
    if (helper in HELPERS) return `node_modules/${HELPERS[helper]}`;
    throw new Error(
      `${id.slice(1)} is in the bundle and of no package that scripts/notices/packages.mjs knows; name it in HELPERS`,
    );
  }
  return /^(?:.*\/)?(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)/.exec(id)?.[1];
}

/**
 * SPDX's texts of a licence expression ('MIT', 'Apache-2.0 AND MIT'), with the copyright lines filled in if there is
 * room for them.
 */
export const standardText = (expression, copyright = []) =>
  expression
    .split(' AND ')
    .map((licence) => oneText(licence, copyright))
    .join('\n\n\n');

function oneText(licence, copyright) {
  const text = spdx[licence]?.licenseText;
  if (!text) throw new Error(`SPDX has no licence ${licence}; name one of its identifiers`);
  const lines = copyright.join('\n');
  return text.trim().replace(/^Copyright \(c\) <year>.*$/m, (room) => lines || room);
}

const fileOf = (folder, pattern) => {
  const name = readdirSync(folder).find((file) => pattern.test(file));
  return name && readFileSync(`${folder}/${name}`, 'utf8').trim();
};

/** Vite's own file continues with the licences of what it is built from, which is not in our bundle. */
const own = (text) => text?.split(/^# Licenses of bundled dependencies/m)[0].trim();

/** `copyright` are lines found in the bundled files; those already in the licence's text are left out. */
export function packageNotice(folder, copyright = []) {
  const { name, version, license, author } = json(`${ROOT}${folder}/package.json`);
  const locked = json(`${ROOT}package-lock.json`).packages[folder]?.version;
  if (locked !== version)
    throw new Error(
      `${name} is installed in version ${version}, package-lock.json says ${locked ?? 'nothing of it'}; run 'npm ci'`,
    );
  const shipped = own(fileOf(`${ROOT}${folder}`, /^(licen[cs]e|copying)/i));
  const notice = fileOf(`${ROOT}${folder}`, /^notice/i);
  const known = `${shipped ?? ''}${notice ?? ''}`;
  const lines = copyright.filter((line) => !known.includes(line));
  const maker = typeof author === 'string' ? author : author?.name;
  if (!shipped && lines.length === 0 && maker) lines.push(`Copyright ${maker}`);
  return {
    name: `${name} ${version}`,
    licence: license,
    copyright: lines,
    text: [shipped ?? standardText(license, lines), notice].filter(Boolean).join('\n\nNOTICE\n\n'),
  };
}

/** The licences of each text's contents, which may differ from that of the package's code. */
const CONTENTS = {
  'moby-dick': 'CC0-1.0 AND PDDL-1.0',
  sotu: 'CC0-1.0 AND PDDL-1.0',
  'postal-codes': 'CC-BY-4.0',
  'program-code': 'MIT', // the package's own licence, whose text has the copyright line
};

/** The texts that scripts/build/texts.mjs made of data packages. */
export function dataNotices() {
  const folder = `${ROOT}public/corpora`;
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => json(`${folder}/${file}`))
    .map(({ id, title, origin, licence }) => {
      const from = / npm package (\S+) (\S+)$/.exec(origin)?.[1];
      if (!from) throw new Error(`corpora/${id}.json should end its origin with its npm package`);
      const contents = CONTENTS[id];
      if (!contents)
        throw new Error(`the licence of the text ${id} is not known; name it in CONTENTS`);
      const { name, licence: code, text } = packageNotice(`node_modules/${from}`);
      const own = contents === code; // the package's text says it, with its copyright line
      return {
        name: `${title}, from ${name}`,
        licence: own ? code : `${contents} (contents), ${code} (package)`,
        copyright: [`${origin}. ${licence.trim()}`],
        text: [...(own ? [] : [standardText(contents)]), text].join('\n\n\n'),
      };
    });
}
