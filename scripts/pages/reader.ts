/** @file What the build needs to write the pages, as one module. */
export { readDocument } from '../../src/lessons/document';
export { translatedDocument, translatedMarkdown } from '../messages/lessons';
export { mapProse } from '../../src/lessons/mapProse';
export { documentOf, robotsOf, sitemapOf, withStart } from './document';
export { notFound, sitePages } from './site';
export { pictureOf, previewsOf, SIZE } from './previews';
