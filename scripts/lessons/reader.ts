/** @file What the build needs to turn lesson.md into a document, as one module. */
export { headOf, readDocument } from '../../src/lessons/document';
export { translatedDocument, translatedHeading, translatedMarkdown } from '../messages/lessons';
export { mapProse } from '../../src/lessons/mapProse';
