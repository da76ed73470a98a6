/** @file What each preview picture shows: words, and the masks of a lesson. */
import type { LessonDocument } from '../../src/lessons/document';
import { kindsOf } from '../../src/lessons/pictures/small';
import { SUMMARY } from '../../src/attention/cells';
import { escaped } from './escaped';
import { TEXTS } from './texts';

export interface Preview {
  readonly name: string;
  readonly heading: string;
  readonly about: string;
  /** As terms. */
  readonly masks: readonly string[];
}

const TOKENS = 12;
/** Pages that are not a lesson show what the site is named for. */
const STRIPES = ['causal', 'causal & window(4)', 'causal', 'causal & window(4)'];
const PAGES = ['home', 'lessons', 'lab', 'compare', 'figures', 'generate', 'masks', 'planner', 'teach'] as const; // prettier-ignore

export const previewsOf = (documents: readonly LessonDocument[]): readonly Preview[] => [
  ...PAGES.map((page) => ({
    name: page,
    heading: TEXTS[page].heading,
    about: TEXTS[page].description.replace(/(?<=[.?]) .*/, ''),
    masks: STRIPES,
  })),
  ...documents.map(({ id, title, summary, picture }) => ({
    name: `lesson-${id}`,
    heading: `${Number(id.slice(0, 2))} ${title}`,
    about: summary,
    masks: picture.length > 0 ? picture : STRIPES,
  })),
];

const WIDTH = 1200;
const HEIGHT = 630;
export const SIZE = { width: WIDTH, height: HEIGHT };
/** Links are often shown as squares cut from the middle, so nothing is close to an edge. */
const MARGIN = 72;

/** The drawing, as an SVG with a block of HTML for text that wraps. */
export function pictureOf({ heading, about, masks }: Preview): string {
  const area = 420;
  const gap = 20;
  const side = masks.length > 1 ? (area - gap) / 2 : area;
  const drawn = masks.map((mask, i) => {
    const x = WIDTH - MARGIN - area + (i % 2) * (side + gap);
    const rows = masks.length > 2 ? 2 : 1;
    const y = (HEIGHT - rows * side - (rows - 1) * gap) / 2 + Math.floor(i / 2) * (side + gap);
    const cell = side / TOKENS;
    const cells = [...kindsOf(mask, TOKENS)].map((kind, at) =>
      kind === 0
        ? ''
        : `<rect x="${(at % TOKENS) * cell}" y="${Math.floor(at / TOKENS) * cell}" width="${cell - 1.5}" height="${cell - 1.5}" fill="${kind === SUMMARY ? '#8d8a82' : '#141413'}" />`,
    );
    return `<g transform="translate(${x} ${y})"><rect width="${side}" height="${side}" fill="#fff" stroke="#8d8a82" stroke-width="2" />${cells.join('')}</g>`;
  });
  return `<!doctype html><style>body{margin:0}div{font-family:'DejaVu Sans',sans-serif;color:#141413}</style>
<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}"><rect width="100%" height="100%" fill="#fbfaf7" />
<g transform="translate(${MARGIN} ${MARGIN}) scale(2)"><rect width="26" height="26" rx="6" fill="#141413" /><path d="M6 8.5h14M6 13h9M6 17.5h12" stroke="#fff" stroke-width="2.6" stroke-linecap="round" /></g>
${drawn.join('\n')}
<foreignObject x="${MARGIN}" y="${MARGIN}" width="${WIDTH - 3 * MARGIN - area}" height="${HEIGHT - 2 * MARGIN}"><div xmlns="http://www.w3.org/1999/xhtml" style="height:100%;display:flex;flex-direction:column;gap:24px">
<div style="font-size:28px;font-weight:bold;line-height:52px;padding-left:72px">Zebra Lab</div>
<div style="font-size:${heading.length > 40 ? 40 : 54}px;font-weight:bold;line-height:1.15;margin-top:auto">${escaped(heading)}</div>
<div style="font-size:26px;line-height:1.4;color:#4f4d48;margin-bottom:auto">${escaped(about)}</div></div></foreignObject></svg>`;
}
