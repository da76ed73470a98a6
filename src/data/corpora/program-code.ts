import { vocabulary } from '../characters';
import { paragraphs } from '../packed';
import { defineCorpus } from '../source';

/** One file per document, its lines unchanged. Far content is found by what precedes it, at no fixed distance. */
export default defineCorpus({
  id: 'program-code',
  label: 'Program code',
  order: 1.8,
  summary: 'JavaScript: the rules of ESLint, one file to a document.',
  vocabulary,
  packed: {
    ...paragraphs,
    unit: 'block',
    summary: 'A document is a block of lines: it begins after an empty one.',
  },
  file: 'corpora/program-code',
  licence:
    'MIT License. Copyright OpenJS Foundation and other contributors, www.openjsf.org. Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions: The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software. THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.',
  origin: 'The rules of ESLint, JavaScript, from the npm package eslint',
  far: 'A name returns many lines after its first use, at no fixed distance: only the text around it tells where to look.',
});
