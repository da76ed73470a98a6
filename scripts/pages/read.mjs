/** @file The pages of the site, made from lessons/ and scripts/pages/texts.ts. */
import { existsSync, readFileSync } from 'node:fs';
import { bundled } from '../bundle.mjs';
import { lessonFiles } from '../lessons/files.mjs';
import { block, inline } from '../lessons/render.mjs';

const guideOf = (id) => new URL(`../../lessons/${id}/guide.md`, import.meta.url);

/** Lessons that cannot be read are left out: the build refuses them elsewhere, with the reason. */
export function lessonsOf({ readDocument, mapProse }) {
  const documents = Object.entries(lessonFiles()).flatMap(([id, text]) => {
    try {
      return [mapProse(readDocument(id, text), block, inline)];
    } catch (error) {
      if (error.name === 'InputError') return [];
      throw error;
    }
  });
  const guides = Object.fromEntries(
    documents
      .filter(({ id }) => existsSync(guideOf(id)))
      .map(({ id }) => [id, block(readFileSync(guideOf(id), 'utf8'))]),
  );
  return { documents, guides };
}

/** The functions of reader.ts, the pages, and the pictures of their previews. */
export async function readSite() {
  const reader = await bundled('scripts/pages/reader.ts');
  const lessons = lessonsOf(reader);
  return {
    ...reader,
    pages: reader.sitePages(lessons),
    previews: reader.previewsOf(lessons.documents),
  };
}
