/** @file The pages of the site, made from lessons/ and scripts/pages/texts.ts. */
import { existsSync, readFileSync } from 'node:fs';
import { bundled } from '../bundle.mjs';
import { lessonFiles } from '../lessons/files.mjs';
import { block, inline } from '../lessons/render.mjs';

const guideOf = (id) => new URL(`../../lessons/${id}/guide.md`, import.meta.url);

/** Lessons that cannot be read are left out: the build refuses them elsewhere, with the reason. */
export function lessonsOf(
  { readDocument, mapProse, translatedDocument, translatedMarkdown },
  translations,
) {
  const say = (id) => (message) => translations?.lesson(id, message) ?? message;
  const documents = Object.entries(lessonFiles()).flatMap(([id, text]) => {
    try {
      return [mapProse(translatedDocument(readDocument(id, text), say(id)), block, inline)];
    } catch (error) {
      if (error.name === 'InputError') return [];
      throw error;
    }
  });
  const guides = Object.fromEntries(
    documents
      .filter(({ id }) => existsSync(guideOf(id)))
      .map(({ id }) => [id, block(translatedMarkdown(readFileSync(guideOf(id), 'utf8'), say(id)))]),
  );
  return { documents, guides };
}

/** The functions of reader.ts, the pages, and the pictures of their previews. */
export async function readSite({ translations, inLanguage } = {}) {
  const reader = await bundled('scripts/pages/reader.ts', inLanguage);
  const lessons = lessonsOf(reader, translations);
  return {
    ...reader,
    pages: reader.sitePages(lessons),
    previews: reader.previewsOf(lessons.documents),
  };
}
