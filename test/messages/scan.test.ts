import { compile } from 'svelte/compiler';
import { readdirSync, readFileSync } from 'node:fs';
import { parseSync } from 'vite';
import { describe, expect, test } from 'vitest';
import { applied } from '../../scripts/messages/apply';
import { hasMessages } from '../../scripts/messages/files';
import { pretended } from '../../scripts/messages/madeUp';
import { messagesIn } from '../../scripts/messages/scan';

const found = (path: string, code: string) => messagesIn(path, code).map(({ message }) => message);
const translated = (path: string, code: string, words: Readonly<Record<string, string>>) =>
  applied(code, messagesIn(path, code), (message) => words[message], 'pl');

describe('in a script', () => {
  test.each([
    ['a sentence', `throw new Error('there is no text yet');`, ['there is no text yet']],
    ['a label', `const a = { label: 'pairs' };`, ['pairs']],
    ['one capitalised word', `const a = 'Stripes';`, ['Stripes']],
    ['values in a sentence', 'const a = `${n} of ${total} tokens`;', ['{0} of {1} tokens']],
    [
      'a value next to a choice',
      "const a = `${n} ${n === 1 ? 'key' : 'keys'}`;",
      ['{0} {1:key|keys}'],
    ],
    ['a value next to a word', 'const a = `${n} steps`;', ['{0} steps']],
    [
      'two sentences in one expression',
      `f(a ? 'it is here' : 'it is not');`,
      ['it is here', 'it is not'],
    ],
    [
      'a choice inside a sentence',
      "const a = `${n} ${n === 1 ? 'layer' : 'layers'} read`;",
      ['{0} {1:layer|layers} read'],
    ],
    [
      'a sentence inside a value of another',
      'const a = `it reads ${n > 2 ? `more than ${n} keys` : two} in all`;',
      ['it reads {0} in all', 'more than {0} keys'],
    ],
    ['a word that its author marks', `const a = ['x', /* a message */ 'guessing'];`, ['guessing']],
    ['nothing that its author marks', `const a = { label: /* not a message */ 'cache' };`, []],
    ['no types', `type A = 'one of these'; let b: 'or that one';`, []],
    ['no imports', `import 'the file'; export * from 'an other';`, []],
    ['no keys of objects', `const a = { 'some key': 1 }; b['some key'];`, []],
    [
      'nothing that is compared',
      `if (a === 'some words') f(); switch (a) { case 'other words': }`,
      [],
    ],
    ['no selectors', `document.querySelector('main section'); el.closest('a button');`, []],
    ['no messages of the console', `console.warn('only for us');`, []],
    [
      'no styles and paths',
      "a = `translate(${x} ${y})`; b = 'M 0 0 L 1 1'; c = 'var(--ink) solid';",
      [],
    ],
    ['no masks', "const a = 'causal & window(4)';", []],
    ['no programs', "const a = 'def mask_mod(b, h, q_idx, kv_idx):';", []],
    ['no tagged templates', 'const a = String.raw`some words here`;', []],
  ] as const)('%s', (_, code, messages) => expect(found('a.ts', code)).toEqual(messages));
});

describe('in a component', () => {
  test.each([
    ['the text of an element', `<p>Who reads whom</p>`, ['Who reads whom']],
    ['lines as one', `<p>\n  Who reads\n  whom\n</p>`, ['Who reads whom']],
    ['values', `<p>{n} of {total} tokens</p>`, ['{0} of {1} tokens']],
    [
      'elements within a sentence',
      `<p>Press <b>Train</b> or <kbd>T</kbd> to go on.</p>`,
      ['Press <0>Train</0> or <1/> to go on.'],
    ],
    [
      'a block within a sentence, and its own words',
      `<p>All layers{#if a} and <i>more words</i>{/if} read.</p>`,
      ['All layers<0/> read.', 'and <0>more words</0>'],
    ],
    ['elements next to one another apart', `<b>Loss</b><i>Accuracy</i>`, ['Loss', 'Accuracy']],
    ['a field beside its label', `<label>Name <input /></label>`, ['Name']],
    [
      'what is read out',
      `<button aria-label="Close the {what}" class="big one">×</button>`,
      ['Close the {0}'],
    ],
    ['what a component is given', `<Meter label="Bytes held" kind="of bytes" />`, ['Bytes held']],
    [
      'a choice',
      `<p>{n} {n === 1 ? 'run is' : 'runs are'} here</p>`,
      ['{0} {1:run is|runs are} here'],
    ],
    [
      'one word that is shown',
      `<i>{a ? 'measured' : (b ?? 'counted')}</i>`,
      ['measured', 'counted'],
    ],
    ['handlers', `<button onclick={() => say('It was copied')}>×</button>`, ['It was copied']],
    ['scripts', `<script>const a = 'some words';</script>`, ['some words']],
    ['no code', `<code>from torch import nn</code>`, []],
    ['no classes', `<p class={a ? 'one two' : 'three four'}></p>`, []],
    ['no styles', `<style>.a { color: red }</style>`, []],
  ] as const)('%s', (_, code, messages) => expect(found('a.svelte', code)).toEqual(messages));
});

describe('a translation', () => {
  test.each([
    [
      'turns values around',
      'a = `${n} of ${m} tokens`',
      '{0} of {1} tokens',
      'von {1} Tokens {0}',
      'a = `von ${m} Tokens ${n}`',
    ],
    [
      'repeats a value',
      'a = `${n} steps`',
      '{0} steps',
      '{0} Schritte ({0})',
      'a = `${n} Schritte (${n})`',
    ],
    ['keeps a quote', `a = 'some words'`, 'some words', "l'eau d'ici", `a = 'l\\'eau d\\'ici'`],
    [
      'keeps signs of templates',
      'a = `${n} steps`',
      '{0} steps',
      '`${0} \\{0}',
      'a = `\\`$${n} \\\\${n}`',
    ],
  ] as const)('%s', (_, code, message, translation, result) =>
    expect(translated('a.ts', code, { [message]: translation })).toBe(result),
  );

  test('moves elements, with the words inside them', () => {
    expect(
      translated('a.svelte', `<p>Press <b class="x">Train {n}</b> or <Key of="t" /> twice.</p>`, {
        'Press <0>Train {1}</0> or <2/> twice.': '<2/> drücken & <0>{1}-mal üben</0>.',
      }),
    ).toBe(`<p><Key of="t" /> drücken &#38; <b class="x">{n}-mal üben</b>.</p>`);
  });

  test('of the parts of a message are put into it', () => {
    const code = `<p>See <a title="The page" href="#x">the {a ? 'first one' : b}</a> here.</p>`;
    const words = {
      'See <0>the {1}</0> here.': 'Hier: <0>{1}</0>',
      'The page': 'Die Seite',
      'first one': 'erste',
    };
    expect(translated('a.svelte', code, words)).toBe(
      `<p>Hier: <a title="Die Seite" href="#x">{a ? 'erste' : b}</a></p>`,
    );
  });

  test.each([0, 1, 2, 5, 21, 22])('has the plural of its language for %i', (n) => {
    const code = "`${n} ${n === 1 ? 'layer' : 'layers'} read`";
    const words = {
      '{0} {1:layer|layers} read': '{0} {1:one=warstwa|few=warstwy|other=warstw} czyta',
    };
    const run = new Function('n', `return ${translated('a.ts', code, words)}`) as (
      n: number,
    ) => string;
    const word = n === 1 ? 'warstwa' : n === 2 || n === 22 ? 'warstwy' : 'warstw';
    expect(run(n)).toBe(`${n} ${word} czyta`);
  });

  test.each([
    ['a placeholder that the message lacks', '{1} Schritte', "'{0} steps'"],
    ['a placeholder inside a choice', '{0:ein Schritt|{0} Schritte}', 'inside a choice'],
    ['an element that is not closed', '<0>Schritte', 'does not close <0>'],
  ])('with %s is refused', (_, translation, why) =>
    expect(() => translated('a.ts', 'a = `${n} steps`', { '{0} steps': translation })).toThrow(why),
  );
});

describe('every file of the site', () => {
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .map((name) => `src/${name.replaceAll('\\', '/')}`)
    .filter(hasMessages);

  /** Finding the messages takes most of the time, so each file is scanned once for both tests. */
  const known = new Map<string, { code: string; all: ReturnType<typeof messagesIn> }>();
  const scanned = (path: string) => {
    const code = readFileSync(path, 'utf8');
    if (!known.has(path)) known.set(path, { code, all: messagesIn(path, code) });
    return known.get(path)!;
  };

  test('is the same program in a made-up language', () => {
    let messages = 0;
    for (const path of files) {
      const { code, all } = scanned(path);
      messages += all.length;
      const other = applied(code, all, pretended, 'qps');
      if (path.endsWith('.svelte')) compile(other, { generate: 'client', filename: path });
      else expect(parseSync(path, other).errors, path).toEqual([]);
    }
    expect(messages).toBeGreaterThan(4000);
  }, 120_000);

  test('is unchanged if nothing is translated', () => {
    for (const path of files) {
      const { code, all } = scanned(path);
      expect(applied(code, all, () => undefined, 'de')).toBe(code);
    }
  });
});
