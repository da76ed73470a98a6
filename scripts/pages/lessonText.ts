/** @file A lesson as text: all its steps, its exercises as questions, and words in place of what its stage shows. */
import { read } from '../../src/attention/parse';
import { sayReads } from '../../src/attention/words';
import { isRecord } from '../../src/core/place';
import { unbroken } from '../../src/core/unbroken';
import type { LessonDocument } from '../../src/lessons/document';
import { mixed } from '../../src/lessons/exercises/order';
import { STAGE_VIEWS } from '../../src/lessons/stageViews';
import { hashToLink } from './links';
import { escaped } from './escaped';

/** What a reader does in an exercise of each kind. */
const KINDS: Readonly<Record<string, string>> = {
  bug: 'Find the fault',
  choice: 'Question',
  explain: 'Explain',
  number: 'Work it out',
  order: 'Put in order',
  paint: 'Paint a mask',
  predict: 'Predict',
  target: 'Reach a target',
};

const SAID = {
  lessons: 'Lessons',
  minutes: (minutes: number) => `about ${minutes} minutes`,
  after: (lessons: readonly string[]) => `after ${lessons.join(' and ')}`,
  reads: (masks: readonly string[]) => `A query reads ${masks.join('; or ')}.`,
  steps: 'Steps',
  learned: 'What you have learned',
  beside: (views: readonly string[]) => `Beside the text: ${views.join(', ')}.`,
};

/** The HTML of a lesson's prose without what needs its stage: buttons become words, and sources are visible. */
export const still = (html: string): string =>
  unbroken(
    hashToLink(
      html
        .replaceAll(/<button[^>]*class="mark"[^>]*>[^<]*<\/button>/g, '')
        .replaceAll('<span class="evidence" hidden>', ' <span class="evidence">')
        .replaceAll(/<\/?button[^>]*>/g, '')
        .replaceAll(/ data-style="[^"]*"/g, ''),
    ),
  );

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value)
    ? value.flatMap((one) =>
        typeof one === 'string' ? [one] : isRecord(one) ? texts([one['text']]) : [],
      )
    : [];

function exercise(value: unknown): string {
  if (!isRecord(value) || typeof value['ask'] !== 'string') return '';
  const kind = String(value['kind']);
  // Items to put in order are written in the right one.
  const items = texts(value['text']);
  const offered =
    kind === 'order'
      ? mixed(items).map((at) => items[at]!)
      : kind === 'choice'
        ? texts(value['options'])
        : [];
  const list = offered.map((one) => `<li>${still(one)}</li>`).join('');
  return `<aside><p><b>${KINDS[kind] ?? 'Exercise'}:</b> ${still(value['ask'])}</p>${list && `<ul>${list}</ul>`}</aside>`;
}

/** The names of the views that a scene puts on the stage. */
function scene(value: unknown): string {
  const shown = isRecord(value) ? texts(value['show']) : [];
  const names = STAGE_VIEWS.filter(({ id }) => shown.includes(id)).map(({ label }) => label);
  return names.length > 0 ? `<p class="note">${escaped(SAID.beside(names))}</p>` : '';
}

/** `document` has HTML in place of Markdown. */
export function lessonText(document: LessonDocument, titleOf: (id: string) => string): string {
  const { title, summary, minutes, needs, picture, steps, learned } = document;
  const before = needs.map((id) => `<a href="~/lessons/${id}/">${escaped(titleOf(id))}</a>`);
  const masks = picture.map((mask) => sayReads(read(mask)));
  return [
    `<p class="note"><a href="~/lessons/">${SAID.lessons}</a> · ${SAID.minutes(minutes)}${before.length > 0 ? ` · ${SAID.after(before)}` : ''}</p>`,
    `<h1>${escaped(title)}</h1><p class="lead">${escaped(summary)}</p>`,
    masks.length > 0 ? `<p class="note">${escaped(SAID.reads(masks))}</p>` : '',
    `<nav aria-label="${SAID.steps}"><ol>${steps.map(({ slug, title: step }) => `<li><a href="#${slug}">${escaped(step)}</a></li>`).join('')}</ol></nav>`,
    ...steps.map(
      ({ slug, title: step, parts }, i) =>
        `<section id="${slug}"><h2>${i + 1}. ${escaped(step)}</h2>${parts
          .map((part) =>
            part.kind === 'prose'
              ? still(part.text)
              : part.kind === 'exercise'
                ? exercise(part.value)
                : scene(part.value),
          )
          .join('\n')}</section>`,
    ),
    `<section><h2>${SAID.learned}</h2><ul>${learned.map((line) => `<li>${escaped(line)}</li>`).join('')}</ul></section>`,
  ].join('\n');
}
