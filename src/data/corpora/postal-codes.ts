import { vocabulary } from '../characters';
import { lines } from '../packed';
import { defineCorpus } from '../source';

/** One line of 80 characters per code; a document is all codes with the same first three digits. */
export default defineCorpus({
  id: 'postal-codes',
  label: 'Postal codes',
  order: 1.2,
  summary:
    'The postal codes of the United States by GeoNames, in lines of 80 characters: code, latitude, longitude, city, state, county.',
  vocabulary,
  packed: lines,
  file: 'corpora/postal-codes',
  licence:
    'Postal codes from GeoNames (https://www.geonames.org), licensed under CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/). Changed here: set in columns, cut to their widths, accents removed.',
  origin: 'U.S. postal codes by GeoNames, a snapshot of 2017, from the npm package vega-datasets',
  table: { line: 80, key: 8 },
  far: 'The line above repeats most of a record, and it is 80 characters back.',
});
