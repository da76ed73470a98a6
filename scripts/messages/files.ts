/** @file Which source files contain messages, and where message files are. */
import { join } from 'node:path';

/** Names of languages, kernels, exported programs, files that other programs import, the Python package, and what only authors of lessons read: English in every language. */
const ENGLISH_ONLY = [
  'src/core/languages.ts',
  'src/app/teach/classGrades.ts',
  'src/app/teach/worksheet/forPaper.ts',
  'src/app/teach/classStatements.ts',
  'src/attention/python.ts',
  'src/lessons/check.ts',
  'src/lessons/document.ts',
  'src/lessons/lesson.ts',
  'src/machines/gpuMachine.ts',
  'src/machines/hostMachine.ts',
  'src/masks/python/',
  'src/model/arena.ts',
  'src/model/backward.ts',
  'src/model/bundleWriter.ts',
  'src/model/files/exportFolder.ts',
  'src/model/forward.ts',
  'src/notebook/',
  'src/ops/',
  'src/program/',
  'src/reference/',
];

/** Whether a file, relative to the repository's root, may contain messages. */
export const hasMessages = (path: string): boolean =>
  (/^src\/.*\.(svelte|ts)$/.test(path) ||
    /^scripts\/(pages\/(texts|lessonText|site|document)\.ts|lessons\/words\.mjs)$/.test(path)) &&
  !/\.(d|as)\.ts$/.test(path) &&
  !ENGLISH_ONLY.some((one) => path.startsWith(one));

/** Where a language keeps the messages of the site, or of one lesson. */
export const fileOf = (root: string, language: string, part: string): string =>
  join(root, 'messages', language, `${part}.po`);

export const SITE = 'site';
