/** @file What the build needs to turn lesson.md into a document, as one module. */
export { headOf, readDocument } from '../../src/lessons/document';
export { mapProse } from '../../src/lessons/mapProse';
