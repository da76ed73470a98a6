import { readdirSync, readFileSync } from 'node:fs';
import { parseSync } from 'vite';
import { expect, test } from 'vitest';
import { hasMessages } from '../../scripts/messages/files';
import { messagesIn } from '../../scripts/messages/scan';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the parser's nodes, of any kind
type Node = any;

/** Strings that a type or a comparison names in this file: ids, which are the same in every language. */
function idsIn(code: string): ReadonlySet<string> {
  const ids = new Set<string>();
  const visit = (node: Node): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (typeof node?.type !== 'string') return;
    const compared =
      node.type === 'BinaryExpression' && /^[!=]==?$/.test(node.operator)
        ? [node.left, node.right]
        : node.type === 'SwitchCase'
          ? [node.test]
          : node.type === 'TSLiteralType'
            ? [node.literal]
            : [];
    for (const one of compared)
      if (one?.type === 'Literal' && !code.slice(0, one.start).endsWith('/* a message */ '))
        ids.add(String(one.value));
    Object.values(node).forEach(visit);
  };
  visit(parseSync('a.ts', code).program);
  return ids;
}

/** Not a fault: both sides of each comparison are messages, or the label only has the same words as an id. */
const SAME_WORDS = ['Training data', 'from scratch'];

test('no text of more than one word is both a message and an id', () => {
  const ids = new Map<string, string>();
  const messages = new Map<string, string>();
  for (const name of readdirSync('src', { recursive: true, encoding: 'utf8' })) {
    const path = `src/${name.replaceAll('\\', '/')}`;
    if (!/\.(svelte|ts)$/.test(path)) continue;
    const code = readFileSync(path, 'utf8');
    const scripts = path.endsWith('.ts')
      ? [code]
      : [...code.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map(([, script]) => script!);
    for (const id of scripts.flatMap((script) => [...idsIn(script)])) ids.set(id, path);
    if (!hasMessages(path)) continue;
    for (const { as, message } of messagesIn(path, code))
      if (as === 'literal' && /\s/.test(message)) messages.set(message, path);
  }
  const both = [...messages].filter(
    ([message]) => ids.has(message) && !SAME_WORDS.includes(message),
  );
  expect(both.map(([message, path]) => `'${message}': ${path}, ${ids.get(message)}`)).toEqual([]);
});
