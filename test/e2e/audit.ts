/**
 * @file What a page is to someone who does not see it, or does not use a mouse: the browser's accessibility tree next to
 * the layout, and properties that must hold for any page. Each returns the faults as sentences.
 */
import type { Page } from '@playwright/test';

/** One element of the page that a reader can meet. */
interface Seen {
  readonly at: number; // its place among all elements
  readonly tag: string;
  readonly html: string;
  readonly visible: boolean;
  readonly silenced: boolean; // within aria-hidden
  readonly focusable: boolean;
  readonly level: number; // of a heading, otherwise 0
  /** Whether something else gives its name: a figure's caption, the group that a table fills. */
  readonly named: boolean;
  /** The visible text of a control, or of the labels of a field. */
  readonly words: string;
}

/** One node of the accessibility tree, in the tree's order. */
interface Node {
  readonly role: string;
  readonly name: string;
  readonly level?: number;
  readonly focusable: boolean;
  /** The place of its element among all elements, or of the element around its text. */
  readonly at: number;
  /** Its place in the document, texts included. */
  readonly place: number;
}

export interface Reading {
  readonly title: string;
  readonly lang: string;
  readonly nodes: readonly Node[];
  readonly seen: ReadonlyMap<number, Seen>;
}

interface DomNode {
  readonly nodeType: number;
  readonly backendNodeId: number;
  readonly children?: readonly DomNode[];
}

const ELEMENT = 1;

/** Reads the page twice if it changed in between: the two halves must speak of the same elements. */
export async function read(page: Page): Promise<Reading> {
  const session = await page.context().newCDPSession(page);
  await session.send('Accessibility.enable');
  for (let tries = 0; ; tries++) {
    const { root } = await session.send('DOM.getDocument', { depth: -1 });
    const { nodes } = await session.send('Accessibility.getFullAXTree');
    const { count, lang, title, seen } = await page.evaluate(lookAround);
    const places = new Map<number, { at: number; place: number }>();
    let at = -1;
    let place = 0;
    const walk = (node: DomNode, around: number) => {
      const own = node.nodeType === ELEMENT ? ++at : around;
      places.set(node.backendNodeId, { at: own, place: place++ });
      for (const child of node.children ?? []) walk(child, own);
    };
    walk(root, -1);
    if (at + 1 !== count && tries < 5) continue;
    const byId = new Map(nodes.map((node) => [node.nodeId, node]));
    const ordered: Node[] = [];
    const add = (id: string) => {
      const node = byId.get(id);
      if (!node) return;
      const role = String(node.role?.value ?? '');
      const there = places.get(node.backendDOMNodeId ?? -1);
      if (!node.ignored && there && role !== 'InlineTextBox')
        ordered.push({
          role,
          name: String(node.name?.value ?? ''),
          ...(role === 'heading' && {
            level: Number(node.properties?.find(({ name }) => name === 'level')?.value.value),
          }),
          focusable:
            node.properties?.some(
              ({ name, value }) => name === 'focusable' && value.value === true,
            ) ?? false,
          ...there,
        });
      for (const child of node.childIds ?? []) add(child);
    };
    add(nodes[0]!.nodeId);
    await session.detach();
    return { title, lang, nodes: ordered, seen: new Map(seen.map((one) => [one.at, one])) };
  }
}

/** Runs in the page. */
function lookAround() {
  const CONTROLS =
    'a[href], button, input, select, textarea, summary, [tabindex], [role=button], [role=slider]';
  const MET = `${CONTROLS}, h1, h2, h3, h4, h5, h6, svg, img, canvas, table, fieldset, figure, details, [role]`;
  const all = [...document.querySelectorAll('*')];
  const drawn = (one: Element) => {
    const { width, height } = one.getBoundingClientRect();
    return width > 0 && height > 0 && one.checkVisibility({ visibilityProperty: true });
  };
  /** Text that is on screen: without what only a screen reader gets. */
  const wordsOf = (one: Element) => {
    const walker = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
    const words: string[] = [];
    while (walker.nextNode()) {
      const text = walker.currentNode;
      const around = text.parentElement!;
      if (!around.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
      if (
        around.closest('.sr-only, select, textarea, datalist, output, [role=listbox], [role=grid]')
      )
        continue;
      if (getComputedStyle(around).clipPath !== 'none') continue;
      words.push(text.textContent ?? '');
    }
    return words.join(' ');
  };
  const seen = all.flatMap((one, at) => {
    if (!one.matches(MET)) return [];
    const labels = 'labels' in one ? [...((one as HTMLInputElement).labels ?? [])] : [];
    const named = one instanceof HTMLButtonElement ? [one] : labels.length > 0 ? labels : [one];
    const control = one.matches(CONTROLS);
    return {
      at,
      tag: one.tagName.toLowerCase(),
      html: one.outerHTML.replaceAll(/\s+/g, ' ').slice(0, 140),
      visible: drawn(one),
      silenced: one.closest('[aria-hidden=true]') !== null,
      focusable: control && (one as HTMLElement).tabIndex >= 0 && !one.matches(':disabled'),
      level: /^H\d$/.test(one.tagName) ? Number(one.tagName[1]) : 0,
      named: one.matches(
        'details, figure:has(> figcaption), [role][aria-label] > table, [role][aria-labelledby] > table, div:not([role])',
      ),
      words: control ? named.map(wordsOf).join(' ') : '',
    };
  });
  return {
    count: all.length,
    lang: document.documentElement.lang,
    title: document.title,
    seen,
  };
}

const short = ({ role, name }: Node) => `${role} “${name.slice(0, 60)}”`;

/** The title, the language, one heading of level 1, no level skipped. */
export function faultsOfHeadings({ title, lang, nodes }: Reading): readonly string[] {
  const headings = nodes.filter(({ role, name }) => role === 'heading' && name !== '');
  const first = headings.filter(({ level }) => level === 1);
  return [
    ...(title.includes('Zebra Lab') ? [] : [`the title is “${title}”`]),
    ...(lang === 'en' ? [] : [`the language is “${lang}”`]),
    ...(first.length === 1 ? [] : [`${first.length} headings of level 1`]),
    ...headings.flatMap((one, i) => {
      // Columns of settings come before the heading of the page; their headings are those of parts.
      const before = headings[i - 1]?.level ?? 1;
      return one.level! > before + 1
        ? [`${short(one)} of level ${one.level} follows level ${before}`]
        : [];
    }),
  ];
}

const LANDMARKS = /^(banner|navigation|main|contentinfo|complementary|region|search|form)$/;

/** One main landmark, and landmarks of the same kind have different names. */
export function faultsOfLandmarks({ nodes }: Reading): readonly string[] {
  const landmarks = nodes.filter(({ role }) => LANDMARKS.test(role));
  const mains = landmarks.filter(({ role }) => role === 'main').length;
  const faults = mains === 1 ? [] : [`${mains} main landmarks`];
  for (const one of landmarks) {
    const same = landmarks.filter(({ role, name }) => role === one.role && name === one.name);
    if (same.length > 1) faults.push(`${same.length} landmarks are ${short(one)}`);
    else if (one.name === '' && /^(region|form)$/.test(one.role))
      faults.push(`${one.role} unnamed`);
  }
  return [...new Set(faults)];
}

const CONTROLS =
  /^(button|link|textbox|searchbox|spinbutton|slider|checkbox|radio|combobox|listbox|switch|tab|menuitem|grid|DisclosureTriangle)$/;
const COLLECTIONS = /^(group|radiogroup|table|grid|dialog|figure|tablist|toolbar)$/;
/** Letters and digits: punctuation, signs and line breaks are not compared. */
const plain = (text: string) =>
  text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** Every control has a name, which contains its visible words (2.5.3); groups, tables and pictures have names. */
export function faultsOfNames({ nodes, seen }: Reading): readonly string[] {
  const faults: string[] = [];
  for (const one of nodes) {
    const element = seen.get(one.at);
    if (/^(image|img|Canvas|graphics-document)$/i.test(one.role) && one.name === '')
      faults.push(`${one.role} without a name: ${element?.html}`);
    if (COLLECTIONS.test(one.role) && one.name === '' && element?.tag !== 'details')
      if (!element?.named) faults.push(`${one.role} without a name: ${element?.html ?? one.at}`);
    if (!CONTROLS.test(one.role) || !element) continue;
    if (one.name.trim() === '') faults.push(`${one.role} without a name: ${element.html}`);
    const words = plain(element.words);
    // A single letter is a sign, such as the ‘i’ of an explanation.
    if (words.length > 1 && !plain(one.name).includes(words))
      faults.push(`${short(one)} does not contain its words “${words.slice(0, 80)}”`);
  }
  for (const { silenced, focusable, visible, html } of seen.values())
    if (silenced && focusable && visible) faults.push(`can be focused within aria-hidden: ${html}`);
  return faults;
}

/** The tree lists things in the document's order: nothing is moved by aria-owns or by CSS. */
export function faultsOfTree({ nodes }: Reading): readonly string[] {
  return nodes.flatMap((one, i) =>
    i > 0 && one.place < nodes[i - 1]!.place ? [`${short(one)} is read too late`] : [],
  );
}

/**
 * The document's order is the order on screen: of two parts of the same element, the later one is not to the left of
 * the earlier one in the same line, nor above it in the same column. Together with `faultsOfTree`, a screen reader reads
 * from top to bottom and from left to right.
 */
export const faultsOfOrder = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => {
    const NEAR = 2; // px
    const SMALL = 4; // px: hidden for the eye only
    const faults: string[] = [];
    /** The parts that have boxes: those of an element without a box count as its parent's. */
    const partsOf = (one: Element): Element[] =>
      [...one.children].flatMap((part) => {
        const style = getComputedStyle(part);
        if (style.display === 'contents') return partsOf(part);
        // A bar that stays in place while the page scrolls is above everything.
        if (style.position === 'fixed' || style.display === 'none') return [];
        if (part.ariaHidden === 'true' || !part.checkVisibility({ visibilityProperty: true }))
          return [];
        return [part];
      });
    const name = (one: Element) =>
      `${one.tagName.toLowerCase()}${one.className && typeof one.className === 'string' ? `.${one.className.split(' ')[0]}` : ''} “${(one.textContent ?? '').trim().replaceAll(/\s+/g, ' ').slice(0, 30)}”`;
    scrollTo({ top: 0, behavior: 'instant' });
    // What sticks to an edge while the page scrolls is compared at its own place.
    const stuck = [...document.querySelectorAll<HTMLElement>('body *')].filter(
      (one) => getComputedStyle(one).position === 'sticky',
    );
    for (const one of stuck) one.style.position = 'static';
    const look = (one: Element) => {
      if (one.matches('svg, math, select, [role=img]')) return; // read as one
      const parts = partsOf(one)
        .map((part) => ({ part, box: part.getBoundingClientRect() }))
        .filter(({ box }) => box.width > SMALL && box.height > SMALL);
      for (const [i, { part: later, box: b }] of parts.entries())
        for (const { part: earlier, box: a } of parts.slice(Math.max(0, i - 30), i)) {
          const above = b.bottom <= a.top + NEAR && b.left < a.right - NEAR;
          const shared = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
          const line = shared > Math.min(a.height, b.height) / 2;
          if (above || (line && b.right <= a.left + NEAR))
            faults.push(`${name(later)} is ${above ? 'above' : 'left of'} ${name(earlier)}`);
        }
      for (const part of partsOf(one)) look(part);
    };
    look(document.body);
    for (const one of stuck) one.style.position = '';
    return [...new Set(faults)];
  });

/** Every target is at least `least` px wide and high, or is far enough from others (2.5.8), or part of a sentence. */
export const faultsOfTargets = (
  page: Page,
  { least, only = '*' }: { readonly least: number; readonly only?: string },
): Promise<readonly string[]> =>
  page.evaluate(
    ([least, only]) => {
      const CONTROLS =
        'a[href], button, input, select, textarea, summary, [role=button], [role=slider]';
      /** What is pressed: a label counts as its field, and is all there is if the field is hidden. */
      const targets = new Map<Element, DOMRect>();
      for (const one of document.querySelectorAll<HTMLElement>(CONTROLS)) {
        if (one.matches(':disabled') || !one.checkVisibility({ visibilityProperty: true }))
          continue;
        if (one.matches('input[type=hidden]') || one.closest('.sr-only, [inert]')) continue;
        const label = one.closest('label') ?? one;
        const box = (one.matches('input') ? label : one).getBoundingClientRect();
        if (box.width > 1 && box.height > 1) targets.set(one.matches('input') ? label : one, box);
      }
      const inSentence = (one: Element) => {
        if (getComputedStyle(one).display !== 'inline') return false;
        const around = one.parentElement!.closest(
          'p, li, dd, td, th, figcaption, span, small, div',
        );
        return (around?.textContent?.trim().length ?? 0) > one.textContent!.trim().length + 2;
      };
      /** Some targets are larger than they look: the finger hits them this far from their middle. */
      const reaches = (one: Element, far: number) => {
        one.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
        const { left, top, width, height } = one.getBoundingClientRect();
        const [x, y] = [left + width / 2, top + height / 2];
        return [
          [-far, 0],
          [far, 0],
          [0, -far],
          [0, far],
        ].every(([dx, dy]) => {
          const hit = document.elementFromPoint(x + dx!, y + dy!);
          return hit !== null && (one.contains(hit) || hit.closest('label')?.contains(one));
        });
      };
      const faults: string[] = [];
      const boxes = [...targets].map(([one, box]) => ({
        one,
        x: box.left + box.width / 2,
        y: box.top + box.height / 2,
        box,
        // A short word need not be as wide as a button is high.
        small: Math.min(least > 24 ? least : box.width, box.height) < least - 0.5,
      }));
      const [wasX, wasY] = [scrollX, scrollY];
      for (const { one, x, y, box, small } of boxes) {
        if (!small || !one.matches(only) || inSentence(one)) continue;
        // A circle around its middle must not touch another target, nor another small target's circle.
        const alone =
          least <= 24 &&
          boxes.every((other) => {
            if (other.one === one || other.one.contains(one) || one.contains(other.one))
              return true;
            const dx = Math.max(other.box.left - x, 0, x - other.box.right);
            const dy = Math.max(other.box.top - y, 0, y - other.box.bottom);
            if (Math.hypot(dx, dy) < least / 2) return false;
            return !other.small || Math.hypot(other.x - x, other.y - y) >= least;
          });
        if (!alone && !reaches(one, least / 2 - 1))
          faults.push(
            `${box.width.toFixed(0)} × ${box.height.toFixed(0)}: ${one.outerHTML.replaceAll(/\s+/g, ' ').slice(0, 130)}`,
          );
      }
      scrollTo({ left: wasX, top: wasY, behavior: 'instant' });
      return faults;
    },
    [least, only] as const,
  );

/** Text that is cut off: it is in a box that hides what does not fit. */
export const faultsOfRoom = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => {
    const faults: string[] = [];
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth)
      faults.push(`the page is ${scrollWidth} px wide in ${clientWidth}`);
    // Content would be drawn over what follows.
    for (const bar of document.querySelectorAll('header:has([aria-label=Pages])'))
      if (bar.scrollHeight > bar.clientHeight + 2)
        faults.push(`the bar is ${bar.clientHeight} px high for ${bar.scrollHeight} px`);
    for (const one of document.querySelectorAll<HTMLElement>('body *')) {
      if (one.closest('.sr-only, svg, math, textarea') || one.matches('select, input')) continue;
      if (!one.checkVisibility({ visibilityProperty: true })) continue;
      const { overflowX, overflowY, clipPath } = getComputedStyle(one);
      if (clipPath !== 'none' || one.clientWidth <= 1) continue;
      const hides = (how: string) => how === 'hidden' || how === 'clip';
      const hasText = [...one.childNodes].some(
        ({ nodeType, textContent }) => nodeType === 3 && textContent!.trim() !== '',
      );
      if (!hasText) continue;
      if (hides(overflowX) && one.scrollWidth > one.clientWidth + 1)
        faults.push(
          `cut at ${one.clientWidth} of ${one.scrollWidth} px: ${one.outerHTML.slice(0, 120)}`,
        );
      if (hides(overflowY) && one.scrollHeight > one.clientHeight + 4)
        faults.push(
          `cut at height ${one.clientHeight} of ${one.scrollHeight} px: ${one.outerHTML.slice(0, 120)}`,
        );
    }
    return faults;
  });

/** Spaces the page's text as a reader may (1.4.12). The site's policy refuses style elements, but not this. */
export const space = (page: Page, on: boolean): Promise<void> =>
  page.evaluate((on) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`
      * {
        line-height: 1.5 !important;
        letter-spacing: 0.12em !important;
        word-spacing: 0.16em !important;
      }
      p { margin-bottom: 2em !important; }
    `);
    document.adoptedStyleSheets = on ? [sheet] : [];
  }, on);

/** In forced colours, what is pressed, chosen or current still looks different from its neighbours of the same kind. */
export const faultsOfForcedColours = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => {
    const faults: string[] = [];
    if (!matchMedia('(forced-colors: active)').matches) faults.push('colours are not forced');
    const looks = (one: Element) => {
      const style = getComputedStyle(one);
      return [
        style.backgroundColor,
        style.color,
        style.borderTopColor,
        style.borderTopWidth,
        style.outlineStyle,
        style.textDecorationLine,
      ].join();
    };
    const CHOSEN =
      'button[aria-pressed=true], [aria-current=step], [role=tab][aria-selected=true], label:has(> input:checked)';
    for (const one of document.querySelectorAll(CHOSEN)) {
      if (!one.checkVisibility({ visibilityProperty: true })) continue;
      // The browser draws a radio button or a checkbox itself.
      const input = one.querySelector('input');
      if (input && getComputedStyle(input).opacity !== '0') continue;
      const kin = [
        ...(one.closest('fieldset, ol, ul, [role=group], div') ?? document).querySelectorAll(
          one.tagName,
        ),
      ];
      const other = kin.find(
        (two) => two !== one && !two.matches(CHOSEN) && !two.matches(':disabled'),
      );
      if (other && looks(other) === looks(one))
        faults.push(
          `looks like its neighbours: ${one.outerHTML.replaceAll(/\s+/g, ' ').slice(0, 120)}`,
        );
    }
    // Fills that carry a meaning: the parts of a bar differ.
    for (const bar of document.querySelectorAll('[data-sign]'))
      if (getComputedStyle(bar).forcedColorAdjust !== 'none')
        faults.push(`loses its pattern: ${bar.outerHTML.slice(0, 120)}`);
    return faults;
  });

/** The next Tab begins at the top of the page, whatever had the focus before. */
export const toTop = (page: Page): Promise<void> =>
  page.evaluate(() => {
    scrollTo({ top: 0, behavior: 'instant' });
    getSelection()?.removeAllRanges();
    const start = document.createElement('span');
    start.tabIndex = -1;
    document.body.prepend(start);
    start.focus();
    start.remove();
  });

/**
 * Presses Tab through the page. Every stop comes after the last one in the document, shows that it has the focus, and is
 * not wholly covered by a bar.
 */
export async function faultsOfFocus(page: Page, most = 400): Promise<readonly string[]> {
  await toTop(page);
  const faults: string[] = [];
  for (let i = 0; i < most; i++) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(() => {
      const one = document.activeElement as HTMLElement | null;
      if (!one || one === document.body) return undefined;
      const html = one.outerHTML.replaceAll(/\s+/g, ' ').slice(0, 120);
      const before = (window as { last?: Element }).last;
      (window as { last?: Element }).last = one;
      const faults: string[] = [];
      if (before && !(before.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING))
        return { again: true, faults };
      const ringed = (el: Element | null) => {
        if (!el) return false;
        const { outlineStyle, outlineWidth } = getComputedStyle(el);
        return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1;
      };
      // Some show the focus around their label, or on a part of them that moves.
      const shown =
        ringed(one) ||
        ringed(one.closest('label')) ||
        ringed(one.parentElement) ||
        [...one.querySelectorAll('*')].some(ringed) ||
        (one.id !== '' && ringed(document.querySelector(`label[for="${one.id}"]`)));
      if (!shown) faults.push(`shows no focus: ${html}`);
      const place = one.closest('label') ?? one;
      const { left, right, top, bottom } = place.getBoundingClientRect();
      const bar = (at: Element | null): Element | null =>
        !at || at.contains(place)
          ? null
          : /fixed|sticky/.test(getComputedStyle(at).position)
            ? at
            : bar(at.parentElement);
      const points = [0.1, 0.3, 0.5, 0.7, 0.9];
      const free = points.some((px) =>
        points.some((py) => {
          const hit = document.elementFromPoint(
            left + (right - left) * px,
            top + (bottom - top) * py,
          );
          return hit !== null && bar(hit) === null;
        }),
      );
      if (!free) faults.push(`is covered or out of view when it has the focus: ${html}`);
      return { again: false, faults };
    });
    if (!stop || stop.again) break;
    faults.push(...stop.faults);
  }
  await page.evaluate(() => delete (window as { last?: Element }).last);
  return faults;
}
