/**
 * @file A teacher's link as a URL of the site: its target and the settings it fixes. Also the HTML of a frame for a
 * course page.
 */
import { toAddress } from '../../compare/address';
import { comparisonOf, starts } from '../../compare/starts';
import type { When } from '../../lessons/concepts/form';
import { writeLessonQuery, type LessonLink } from '../../lessons/link';
import { presets, specOfPreset } from '../../spec/preset';
import { CONTROLS } from '../../spec/controls';
import { toQuery } from '../../spec/url';
import { hashOf } from '../route';

export type Aim =
  | { readonly kind: 'lesson'; readonly lesson: string; readonly step?: string }
  | { readonly kind: 'lab'; readonly preset: string }
  | { readonly kind: 'compare'; readonly start: string }
  | { readonly kind: 'test'; readonly when: When };

/** Names that the Lab's `hide=` and `lock=` accept. */
export const LAB_NAMES: readonly string[] = ['preset', ...CONTROLS.map(({ name }) => name)];

/** '#/lessons/03-reach/one-layer?v=1&lock=window'. */
export function addressOf(aim: Aim, link: LessonLink): string {
  switch (aim.kind) {
    case 'lesson': {
      const path = [aim.lesson, ...(aim.step === undefined ? [] : [aim.step])];
      return hashOf({ page: 'lessons', path, query: writeLessonQuery(link) });
    }
    case 'lab': {
      const spec = specOfPreset(presets.get(aim.preset));
      const query = toQuery({ ...spec, ...seedOf(link) });
      return hashOf({ page: 'lab', query: [query, ...pairsOf(link)].join('&') });
    }
    case 'compare': {
      const { shared, runs } = comparisonOf(starts.get(aim.start));
      const query = toAddress({ shared: { ...shared, ...seedOf(link) }, runs });
      // A comparison has no controls that could be taken away.
      const pairs = pairsOf({ ...link, hide: new Set(), lock: new Set() });
      return hashOf({ page: 'compare', query: [query, ...pairs].join('&') });
    }
    case 'test': {
      const pairs = pairsOf({ ...link, hide: new Set(), lock: new Set(), embed: false });
      return hashOf({ page: 'test', query: ['v=1', `when=${aim.when}`, ...pairs].join('&') });
    }
  }
}

const seedOf = ({ seed }: LessonLink) => (seed === undefined ? {} : { seed });

/** A lesson link's settings, for a page that writes version and seed itself. */
const pairsOf = (link: LessonLink): readonly string[] =>
  writeLessonQuery({ ...link, seed: undefined })
    .split('&')
    .filter((pair) => !pair.startsWith('v='));

const escaped = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');

/** HTML for a course page. */
export const frameOf = (url: string, title: string): string =>
  `<iframe src="${escaped(url)}" title="${escaped(title)}" width="100%" height="720" style="border: 1px solid #888" loading="lazy" allow="clipboard-write; fullscreen; cross-origin-isolated"></iframe>`;

/** Why a link made here may not open elsewhere, in words; undefined if it does. */
export function caveatOf({ hostname, protocol }: URL): string | undefined {
  if (/^((.+\.)?localhost|127(\.\d+){3}|\[::1\])$/.test(hostname))
    return 'This page is served by your own machine, so the link opens only on machines that serve it too. Open the site at the address your class uses, and make the link there.';
  if (protocol === 'http:')
    return 'This address begins with http:// and is not a secure context: machines that open it train without WebGPU, and more slowly.';
  return undefined;
}
