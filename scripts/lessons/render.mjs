/**
 * @file Markdown of lessons to HTML, when the site is built: formulas to MathML, coloured code, links that change the
 * stage, and claims with their sources. The author's own HTML is never passed through.
 */
import { CLAIMS, CODE, COMMANDS, TABLE, WHERE } from './words.mjs';
import hljs from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import json from 'highlight.js/lib/languages/json';
import python from 'highlight.js/lib/languages/python';
import typescript from 'highlight.js/lib/languages/typescript';
import MarkdownIt from 'markdown-it';
import temml from 'temml';

for (const [name, language] of Object.entries({ bash, json, python, typescript }))
  hljs.registerLanguage(name, language);

/** Errors in it are the author's: the message explains them. */
class LessonError extends Error {
  name = 'InputError';
}

const markdown = new MarkdownIt({
  html: false,
  linkify: false,
  typographer: false,
  highlight(code, language) {
    if (!language) return '';
    if (!hljs.getLanguage(language))
      throw new LessonError(
        `code in '${language}' cannot be coloured; there are ${hljs.listLanguages().join(', ')}`,
      );
    return hljs.highlight(code, { language }).value;
  },
});
const { escapeHtml } = markdown.utils;
markdown.validateLink = () => true; // checked below, with a message

// ------------------------------------------------------------------------------------------------- formulas: $…$, $$…$$

const mathml = (tex, displayMode) => {
  try {
    return temml.renderToString(tex, { displayMode, throwOnError: true, annotate: false });
  } catch (cause) {
    throw new LessonError(`the formula ${tex} cannot be set: ${cause.message}`);
  }
};

markdown.inline.ruler.after('escape', 'formula', (state, silent) => {
  if (state.src[state.pos] !== '$') return false;
  const fence = state.src.startsWith('$$', state.pos) ? '$$' : '$';
  const from = state.pos + fence.length;
  const end = state.src.indexOf(fence, from);
  const tex = end < 0 ? '' : state.src.slice(from, end);
  // 'it costs $5 and $6' is not a formula: a formula neither begins nor ends with a space.
  if (tex.trim() === '' || (fence === '$' && tex !== tex.trim())) return false;
  if (!silent) state.push('formula', '', 0).meta = { tex: tex.trim(), display: fence === '$$' };
  state.pos = end + fence.length;
  return true;
});
markdown.renderer.rules.formula = (tokens, i) => mathml(tokens[i].meta.tex, tokens[i].meta.display);

// ------------------------------------------------------------------- claims: {proved}, {measured: …}, {source: … | https://…}

/** Words of our own beside the author's, in the language of the site. */
let say = (message) => message;
export const speak = (translate) => void (say = translate);

const inWords = (says) =>
  says.replaceAll(/npm run ([a-z:]+)(?: --(?: --?[a-z]+)+)?/g, (_, name) => {
    if (Object.hasOwn(COMMANDS, name)) return say(COMMANDS[name]);
    throw new LessonError(
      `npm run ${name} has no words for readers; COMMANDS of scripts/lessons/words.mjs has ${Object.keys(COMMANDS).join(', ')}`,
    );
  });

markdown.inline.ruler.after('formula', 'claim', (state, silent) => {
  if (state.src[state.pos] !== '{') return false;
  const end = state.src.indexOf('}', state.pos);
  const found =
    end < 0
      ? null
      : /^(proved|measured|source|ours)(?:: *([^|]+?)(?: *\| *(\S+))?)?$/.exec(
          state.src.slice(state.pos + 1, end),
        );
  if (!found) return false;
  const [, kind, says, url] = found;
  if ((kind === 'measured' || kind === 'source') && !says)
    throw new LessonError(`{${kind}} should say what: {${kind}: …}`);
  if (!silent) state.push('claim', '', 0).meta = { kind, says, url };
  state.pos = end + 1;
  return true;
});
const claimOf = ({ kind, says, url }) => {
  const { word, title, says: always } = CLAIMS[kind];
  const said = says ? inWords(says) : always && say(always);
  const text = escapeHtml(said ? `${say(word)}: ${said}` : say(word));
  if (url) return `<a class="claim ${kind}" ${outside(url)}>${text}</a>`;
  return `<span class="claim ${kind}"${title ? ` title="${escapeHtml(say(title))}"` : ''}>${text}</span>`;
};

const ENDS = /[.!?:…][)”’"']*$/;

/** Whether two claims with `between` them belong to one sentence; `before` is the text before the first. */
const sameSentence = (before, between) => {
  if (between.trim() === '') return true;
  if (ENDS.test(before.trim())) return false; // the first one came after its sentence
  return !/[.!?:…][)”’"']*\s/.test(between.trim().replace(ENDS, ''));
};

/**
 * All sources of a sentence are one mark at its end, which opens on demand: the text stays readable, and no source is
 * lost.
 */
markdown.core.ruler.after('inline', 'evidence', (state) => {
  for (const { children } of state.tokens) {
    if (!children?.some(({ type }) => type === 'claim')) continue;
    // Alone in its paragraph, as under a table, it is a caption and stays open.
    const alone = children.every(({ type, content }) => type === 'claim' || content.trim() === '');
    let [open, before, since] = [undefined, '', ''];
    for (const token of children) {
      if (token.type !== 'claim') {
        if (token.type === 'softbreak' || token.type === 'hardbreak') since += ' ';
        else since += token.content || (token.type === 'formula' ? 'x' : '');
        continue;
      }
      const same = open && sameSentence(before, since);
      token.meta.alone = alone;
      token.meta.all = same ? [...open.meta.all, token.meta] : [token.meta];
      if (same) open.meta.all = []; // shown with the sentence's last claim
      [open, before, since] = [token, since.trim() === '' ? before : since, ''];
    }
  }
});
markdown.renderer.rules.claim = (tokens, i) => {
  const { all, alone } = tokens[i].meta;
  if (all.length === 0) return '';
  if (alone) return all.map(claimOf).join(' ');
  const kinds = [...new Set(all.map(({ kind }) => say(CLAIMS[kind].word)))].join(', ');
  const label = say(WHERE).replace('{0}', kinds);
  return `<button type="button" class="mark" aria-expanded="false" aria-label="${escapeHtml(label)}">i</button><span class="evidence" hidden>${all.map(claimOf).join(' ')}</span>`;
};

// ------------------------------------------------- {with train, window: …}, {without train: …}: src/lessons/within.ts

markdown.inline.ruler.before('claim', 'with', (state, silent) => {
  const [head, word, names] =
    /^\{(with|without) ([a-zA-Z]+(?:, *[a-zA-Z]+)*): */.exec(state.src.slice(state.pos)) ?? [];
  if (!head || silent) return false;
  let [end, depth] = [state.pos + head.length, 1];
  for (; end < state.posMax; end++) {
    if (state.src[end] === '{') depth++;
    if (state.src[end] === '}' && --depth === 0) break;
  }
  if (depth > 0) throw new LessonError(`${head.trim()} is not closed; put } after its words`);
  const { posMax } = state;
  state.push('with_open', '', 0).meta = { word, names: names.split(/, */).join(' ') };
  [state.pos, state.posMax] = [state.pos + head.length, end];
  state.md.inline.tokenize(state);
  state.push('with_close', '', 0);
  [state.pos, state.posMax] = [end + 1, posMax];
  return true;
});
markdown.renderer.rules.with_open = (tokens, i) =>
  `<span data-${tokens[i].meta.word}="${escapeHtml(tokens[i].meta.names)}"${tokens[i].meta.word === 'without' ? ' hidden' : ''}>`;
markdown.renderer.rules.with_close = () => '<!--with--></span>';

// ------------------------------------------------------------------------------------------------- links

const outside = (url) => {
  if (!url.startsWith('https://'))
    throw new LessonError(`the link ${url} should begin with set:, look:, #/ or https://`);
  return `href="${escapeHtml(url)}" target="_blank" rel="noopener noreferrer"`;
};

/** A link that changes the stage is a button: it leads nowhere. */
const stage = (href) => {
  const [, name, value] = /^(set|look):(.+)$/.exec(href) ?? [];
  return name && `type="button" class="do" data-${name}="${escapeHtml(value)}"`;
};

markdown.renderer.rules.link_open = (tokens, i, _, env) => {
  const href = decodeURI(tokens[i].attrGet('href') ?? '');
  const does = stage(href);
  (env.links ??= []).push(does ? 'button' : 'a');
  if (does) return `<button ${does}>`;
  return href.startsWith('#/') ? `<a href="${escapeHtml(href)}">` : `<a ${outside(href)}>`;
};
markdown.renderer.rules.link_close = (_tokens, _i, _options, env) => `</${env.links.pop()}>`;
markdown.renderer.rules.image = () => {
  throw new LessonError('a lesson shows the stage and no pictures; change the stage with a scene');
};

// A heading inside a step ranks below its title.
for (const side of ['heading_open', 'heading_close'])
  markdown.renderer.rules[side] = () => (side === 'heading_open' ? '<h3>' : '</h3>');

// A table may be wider than its column.
markdown.renderer.rules.table_open = () =>
  `<div class="scroll" tabindex="0" role="group" aria-label="${escapeHtml(say(TABLE))}"><table>`;
markdown.renderer.rules.table_close = () => '</table></div>';
markdown.renderer.rules.fence = (tokens, i, options) => {
  const { content, info } = tokens[i];
  const html = options.highlight(content, info.trim()) || escapeHtml(content);
  return `<pre tabindex="0" role="group" aria-label="${escapeHtml(say(CODE))}"><code>${html}</code></pre>`;
};

/**
 * The site's policy allows no style attributes (scripts/build/policy.mjs), and formulas and aligned tables come with some:
 * src/app/course/Prose.svelte sets them one by one. In text a quotation mark is `&quot;`, so only tags are met here.
 */
const withoutStyles = (html) => html.replaceAll(' style="', ' data-style="');

export const block = (text) => withoutStyles(markdown.render(text, {}));
export const inline = (text) => withoutStyles(markdown.renderInline(text, {}));
