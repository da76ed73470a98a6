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

/** The pictures of link previews. Those of a language other than English are in a folder named by its tag. */
export const PREVIEWS = new URL('../../public/previews/', import.meta.url);

/** The functions of reader.ts, the pages, and the pictures of their previews; `site` is from siteIn.ts. */
export async function readSite({ language, translations, inLanguage } = {}) {
  const reader = await bundled('scripts/pages/reader.ts', inLanguage);
  const lessons = lessonsOf(reader, translations);
  // A picture without translated words is the same in all languages, and there once.
  const own = (name) => existsSync(new URL(`${language?.tag}/${name}.png`, PREVIEWS));
  const pages = reader.sitePages(lessons).map((page) => ({
    ...page,
    picture: own(page.picture) ? `${language.tag}/${page.picture}` : page.picture,
  }));
  return {
    ...reader,
    pages,
    previews: reader.previewsOf(lessons.documents),
  };
}
