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
