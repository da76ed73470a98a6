import type { SiteIn } from '../messages/siteIn';
import type { pictureOf, Preview, SIZE } from './previews';
import type { SitePage } from './site';
import type { LessonDocument, readDocument } from '../../src/lessons/document';
import type { translatedDocument, translatedMarkdown } from '../messages/lessons';
import type { mapProse } from '../../src/lessons/mapProse';

export function lessonsOf(reader: {
  readonly readDocument: typeof readDocument;
  readonly mapProse: typeof mapProse;
  readonly translatedDocument: typeof translatedDocument;
  readonly translatedMarkdown: typeof translatedMarkdown;
}): {
  readonly documents: readonly LessonDocument[];
  readonly guides: Readonly<Record<string, string>>;
};

export const PREVIEWS: URL;

/** `site` is from siteIn; English without it. */
export function readSite(site?: SiteIn): Promise<{
  readonly pages: readonly SitePage[];
  readonly previews: readonly Preview[];
  readonly pictureOf: typeof pictureOf;
  readonly SIZE: typeof SIZE;
}>;
