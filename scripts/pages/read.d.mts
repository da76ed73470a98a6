import type { LessonDocument, readDocument } from '../../src/lessons/document';
import type { mapProse } from '../../src/lessons/mapProse';

export function lessonsOf(reader: {
  readonly readDocument: typeof readDocument;
  readonly mapProse: typeof mapProse;
}): {
  readonly documents: readonly LessonDocument[];
  readonly guides: Readonly<Record<string, string>>;
};
