/**
 * @file Lessons as modules, for Vite: `lesson.md` is its document with HTML in place of Markdown, and the kinds of its
 * exercises; `lesson.md?head` the fields a list of lessons needs, `guide.md` the instructor's guide as HTML.
 *
 * A lesson that cannot be read becomes { refused: why }, so that it never blanks the site; a build fails and names it.
 */
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { bundled } from '../bundle.mjs';
import { kindIds, known, lessonFiles } from './files.mjs';
import { block, inline, speak } from './render.mjs';

const PATH = /\/lessons\/([^/]+)\/(lesson|guide)\.md(\?head)?$/;

/** The reader has no external imports, so it fits into a data: address, and processes do not share a file. */
async function reader() {
  const { output } = await build({
    configFile: false,
    root: fileURLToPath(new URL('../../', import.meta.url)),
    logLevel: 'error',
    build: {
      ssr: 'scripts/lessons/reader.ts',
      write: false,
      target: 'node20',
      copyPublicDir: false,
    },
  });
  return import(`data:text/javascript,${encodeURIComponent(output[0].code)}`);
}

let read;

/** @returns {import('vite').Plugin} */
export function lessons(translations) {
  speak((message) => translations.site(message, 'scripts/lessons/words.mjs') ?? message);
  return {
    name: 'zebra-lessons',
    enforce: 'pre',
    async buildStart() {
      if (this.environment.mode !== 'build') return;
      const { checkAll } = await bundled('src/lessons/check.ts');
      const { refused } = checkAll(lessonFiles(), known(), { block, inline });
      if (refused.length > 0)
        this.error(`lessons are refused:\n${refused.map(({ why }) => `  ${why}`).join('\n')}`);
    },
    async transform(text, id) {
      const [, name, kind, head] = PATH.exec(id.replace(/[?&](import|t=\d+)/g, '')) ?? [];
      if (!name) return undefined;
      const value = moduleOf(await (read ??= reader()), name, kind, head !== undefined, text, (message) => translations.lesson(name, message)); // prettier-ignore
      const code = `export default ${JSON.stringify(value)};`;
      return { code: kind === 'lesson' && !head ? `${code}\n${kindsOf(value)}` : code, map: null };
    },
  };
}

/** Imports the kinds of a lesson's exercises. If one does not exist, all, since its refusal lists those that do. */
function kindsOf({ steps = [] }) {
  const used = new Set(
    steps.flatMap(({ parts }) =>
      parts.flatMap(({ kind, value }) => (kind === 'exercise' ? [value?.kind] : [])),
    ),
  );
  const all = kindIds();
  const exist = [...used].every((kind) => all.includes(kind));
  const needed = exist ? all.filter((kind) => used.has(kind)) : all;
  const imports = needed.map((kind) => `import ${kind} from '/src/lessons/exercises/${kind}.ts';`);
  return [...imports, `export const kinds = [${needed.join(', ')}];`].join('\n');
}

/** An error in an author's text is data here; everything else is a bug of ours and is thrown. */
function moduleOf(reader, id, kind, head, text, say) {
  const { headOf, mapProse, readDocument } = reader;
  try {
    if (kind === 'guide') return block(reader.translatedMarkdown(text, say));
    const document = readDocument(id, text);
    // Minutes are counted in English.
    return head
      ? reader.translatedHeading(headOf(document), say)
      : mapProse(reader.translatedDocument(document, say), block, inline);
  } catch (error) {
    if (error.name === 'InputError') return { id, refused: error.message };
    throw error;
  }
}
