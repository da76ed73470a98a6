/** @file Lessons and their guides as the site has them, for tests in Node. */
import { readFileSync } from 'node:fs';
import { block } from '../../scripts/lessons/render.mjs';

export { lessonFiles } from '../../scripts/lessons/files.mjs';

/** A lesson's guide as HTML. */
export const guideHtml = (id: string): string =>
  block(readFileSync(`lessons/${id}/guide.md`, 'utf8'));
