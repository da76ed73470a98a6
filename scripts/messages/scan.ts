/**
 * @file Finds the messages in a source file: the texts that a reader sees, as a translator gets them. A translation is
 * put in their place when the site is built (src/app keeps plain English, and nothing is looked up in the browser).
 *
 * A message is one sentence or label with everything inside it, so that a translator can turn it around:
 * - `{0}` is an expression of the code: `${n} of ${total} tokens` is '{0} of {1} tokens'.
 * - `{2:is|are}` is a choice that the code makes between two texts. If it asks whether a number is 1, a translation may
 *   name the plural categories of its own language instead: `{2:one=…|few=…|other=…}`.
 * - `<0>…</0>` is an element around some words, `<1/>` an element, component or block without words of this sentence.
 */
import { parse } from 'svelte/compiler';
import { parseSync } from 'vite';
import { isMessage, isWord, type Place } from './isMessage.ts';

/** A part of a source file that its translation replaces. */
export interface Found {
  readonly message: string;
  readonly start: number;
  readonly end: number;
  /** How the text is written here: this decides what must be escaped. */
  readonly as: 'markup' | 'attribute' | 'literal' | 'template';
  readonly holes: readonly Hole[];
  /** For translators: what the placeholders are. */
  readonly notes: readonly string[];
}

/** What a placeholder stands for. Positions are those of the source. */
export type Hole =
  | { readonly kind: 'value'; readonly start: number; readonly end: number }
  | {
      readonly kind: 'choice';
      readonly start: number;
      readonly end: number;
      /** The two texts with their quotes. */
      readonly branches: readonly [Span, Span];
      /** The number that is compared with 1, if the choice is between singular and plural. */
      readonly count?: Span | undefined;
      /** Whether the first text is for 1. */
      readonly oneFirst: boolean;
    }
  | {
      readonly kind: 'element';
      readonly start: number;
      readonly end: number;
      /** The part between its tags that is in the message; an element without one is opaque. */
      readonly inner?: Span | undefined;
    };

interface Span {
  readonly start: number;
  readonly end: number;
}

// Two parsers' trees, alike in what is used of them.
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- neither parser's types fit the other's nodes
type Node = any;

const INLINE = new Set('a abbr b bdi cite code em i kbd mark q s small span strong sub sup time u var br wbr'.split(' ')); // prettier-ignore
/** Elements whose contents are no words. */
const MUTE = new Set(['style', 'script', 'math', 'code', 'kbd', 'pre', 'samp', 'var']);
/** Attributes of elements that are read or seen. */
const SAID = new Set('title aria-label aria-description aria-roledescription aria-valuetext aria-placeholder placeholder alt label content-label'.split(' ')); // prettier-ignore
/** Attributes of components that never are words. */
const UNSAID =
  /^(class|id|style|href|src|type|role|for|d|transform|fill|stroke|kind|key|slot|data-.*|on.*|bind:.*)$/;

/** All messages of a file, in its order. */
export function messagesIn(path: string, code: string): readonly Found[] {
  const found: Found[] = [];
  if (path.endsWith('.svelte')) new Markup(code, found).root(parse(code, { modern: true }));
  else new Script(code, found, commentsOf(code)).walk(parseSync(path, code).program, []);
  return found.sort((a, b) => a.start - b.start);
}

/** Where the author says that a text is a message, or is none. */
const commentsOf = (code: string): ReadonlyMap<number, boolean> =>
  new Map(
    [...code.matchAll(/\/\* (not )?a message \*\/\s*/g)].map((one) => [
      one.index + one[0].length,
      one[1] === undefined,
    ]),
  );

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

/** Nodes below this one, whatever their kind. */
function* below(node: Node): Generator<[string, Node]> {
  for (const [name, value] of Object.entries(node)) {
    if (name === 'parent' || name === 'leadingComments' || name === 'trailingComments') continue;
    if (Array.isArray(value)) {
      for (const one of value) if (isNode(one)) yield [name, one];
    } else if (isNode(value)) yield [name, value];
  }
}

/** A message under construction. */
class Pieces {
  text = '';
  readonly holes: Hole[] = [];
  readonly notes: string[] = [];

  constructor(private readonly code: string) {}

  /** `{0}`, or a choice between two texts. */
  expression(node: Node, span: Span): void {
    const index = this.holes.length;
    const choice = choiceOf(node);
    if (choice) {
      this.holes.push({ kind: 'choice', ...span, ...choice.hole });
      this.text += `{${index}:${choice.texts.join('|')}}`;
      this.notes.push(`{${index}}: ${short(this.code.slice(node.test.start, node.test.end))}`);
      return;
    }
    this.holes.push({ kind: 'value', ...span });
    this.text += `{${index}}`;
    this.notes.push(`{${index}}: ${short(this.code.slice(node.start, node.end))}`);
  }
}

const short = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
};

const textOf = (node: Node): string | undefined =>
  node.type === 'Literal' && typeof node.value === 'string'
    ? node.value
    : node.type === 'TemplateLiteral' && node.expressions.length === 0
      ? (node.quasis[0].value.cooked as string)
      : undefined;

const unwrapped = (node: Node): Node =>
  node.type === 'ParenthesizedExpression' || node.type === 'TSAsExpression'
    ? unwrapped(node.expression)
    : node;

function choiceOf(given: Node) {
  const node = unwrapped(given);
  if (node.type !== 'ConditionalExpression') return undefined;
  const branches = [unwrapped(node.consequent), unwrapped(node.alternate)] as const;
  const texts = branches.map(textOf);
  if (texts.some((text) => text === undefined || /[|{}<>]/.test(text))) return undefined;
  if (!texts.some((text) => /\p{L}/u.test(text!))) return undefined;
  const test = unwrapped(node.test);
  const sides =
    test.type === 'BinaryExpression' && /^[!=]==?$/.test(test.operator)
      ? [test.left, test.right]
      : [];
  const one = sides.findIndex((side) => side.type === 'Literal' && side.value === 1);
  const count = one >= 0 ? sides[1 - one] : undefined;
  return {
    texts: texts as string[],
    hole: {
      branches: [spanOf(branches[0]), spanOf(branches[1])] as [Span, Span],
      count: count && spanOf(count),
      oneFirst: test.operator?.startsWith('=') ?? true,
    },
  };
}

const spanOf = ({ start, end }: Node): Span => ({ start, end });

/** String literals and templates of scripts, and of the expressions in markup. */
class Script {
  constructor(
    protected readonly code: string,
    protected readonly found: Found[],
    private readonly marks: ReadonlyMap<number, boolean>,
  ) {}

  /** `above` are the nodes around this one, the nearest last. */
  walk(node: Node, above: readonly (readonly [string, Node])[]): void {
    if (isTypeOnly(node)) return;
    const text = textOf(node);
    if (text !== undefined) return this.literal(node, text, above);
    if (node.type === 'TemplateLiteral') return this.template(node, above);
    for (const [name, child] of below(node)) this.walk(child, [...above, [name, node]]);
  }

  private literal(node: Node, text: string, above: readonly (readonly [string, Node])[]): void {
    if (!this.says(node, text, above, false)) return;
    this.found.push({
      message: text,
      ...spanOf(node),
      as: 'literal',
      holes: [],
      notes: [],
    });
  }

  private template(node: Node, above: readonly (readonly [string, Node])[]): void {
    const pieces = new Pieces(this.code);
    node.quasis.forEach((quasi: Node, i: number) => {
      pieces.text += quasi.value.cooked;
      const expression = node.expressions[i];
      if (!expression) return;
      // The hole is all between the braces, with comments and spaces.
      const start = this.code.lastIndexOf('${', expression.start);
      const end = this.code.indexOf('}', expression.end) + 1;
      pieces.expression(expression, { start, end });
    });
    const taken = this.says(node, pieces.text, above, true);
    if (taken)
      this.found.push({
        message: pieces.text,
        ...spanOf(node),
        as: 'template',
        holes: pieces.holes,
        notes: pieces.notes,
      });
    const within = [...above, ['expressions', node]] as const;
    if (!taken) return this.inside(node.expressions, [], within);
    for (const one of node.expressions) this.walkShown(one, pieces.holes, within);
  }

  /** Messages inside the expressions of a message, apart from choices that are part of it. */
  protected inside(
    expressions: readonly Node[],
    holes: readonly Hole[],
    above: readonly (readonly [string, Node])[],
  ): void {
    for (const one of expressions) {
      const choice = holes.find(
        (hole) => hole.kind === 'choice' && hole.start <= one.start && hole.end >= one.end,
      );
      if (choice) this.walk(unwrapped(one).test, above);
      else this.walk(one, above);
    }
  }

  /** An expression whose text is shown as it is: single words are messages, too. */
  protected walkShown(
    given: Node,
    holes: readonly Hole[],
    above: readonly (readonly [string, Node])[],
  ): void {
    const node = unwrapped(given);
    const isInMessage = holes.some(
      (hole) => hole.kind === 'choice' && hole.start <= node.start && hole.end >= node.end,
    );
    const text = textOf(node);
    if (text !== undefined) {
      if (isWord(text) && this.marks.get(node.start) !== false)
        this.found.push({ message: text, ...spanOf(node), as: 'literal', holes: [], notes: [] });
    } else if (node.type === 'ConditionalExpression' && !isInMessage) {
      this.walk(node.test, above);
      this.walkShown(node.consequent, [], above);
      this.walkShown(node.alternate, [], above);
    } else if (node.type === 'LogicalExpression') {
      this.walk(node.left, above);
      this.walkShown(node.right, [], above);
    } else this.inside([given], holes, above);
  }

  private says(
    node: Node,
    text: string,
    above: readonly (readonly [string, Node])[],
    isTemplate: boolean,
  ): boolean {
    const marked = this.marks.get(node.start);
    if (marked !== undefined) return marked;
    return isMessage(text, placeOf(above, isTemplate));
  }
}

const isTypeOnly = (node: Node): boolean =>
  /^TS(Type|Interface|Literal|Union|Enum|Mapped|Template)/.test(node.type as string) ||
  /^(Import|Export(All|Named))/.test(node.type) && !node.declaration; // prettier-ignore

/** What surrounds a string in a script. */
function placeOf(above: readonly (readonly [string, Node])[], isTemplate: boolean): Place {
  const calls: string[] = [];
  let key: string | undefined;
  let compared = false;
  let isKey = false;
  let thrown = false;
  let nearest = true;
  let argument: number | undefined;
  let child: Node;
  for (const [name, node] of above.toReversed()) {
    if (nearest) {
      if (node.type === 'BinaryExpression' && /^([!=]==?|in|<|>)/.test(node.operator)) compared = true; // prettier-ignore
      if (node.type === 'SwitchCase' && name === 'test') compared = true;
      if (node.type === 'MemberExpression' && name === 'property') isKey = true;
      if (/^(Property|PropertyDefinition|MethodDefinition)$/.test(node.type) && name === 'key') isKey = true; // prettier-ignore
      if (node.type === 'TaggedTemplateExpression') isKey = true;
    }
    if (key === undefined && calls.length === 0) {
      if (/^(Property|PropertyDefinition)$/.test(node.type) && name === 'value') key = nameOf(node.key); // prettier-ignore
      if (node.type === 'VariableDeclarator' && name === 'init') key = nameOf(node.id);
      if (node.type === 'AssignmentPattern' && name === 'right') key = nameOf(node.left);
      if (node.type === 'AssignmentExpression' && name === 'right') key = nameOf(node.left);
    }
    if (node.type === 'ThrowStatement') thrown = true;
    if (/^(Call|New)Expression$/.test(node.type) && name === 'arguments') {
      if (argument === undefined && calls.length === 0)
        argument = child ? node.arguments.indexOf(child) : undefined;
      calls.push(nameOf(node.callee) ?? '');
    }
    if (/Function|^BlockStatement$/.test(node.type)) break;
    if (!/^(ParenthesizedExpression|TS(As|Satisfies|NonNull)Expression|ConditionalExpression|LogicalExpression|ArrayExpression|SpreadElement)$/.test(node.type)) nearest = false; // prettier-ignore
    child = node;
  }
  return { in: 'script', isTemplate, calls, key, compared, isKey, thrown, argument };
}

function nameOf(node: Node): string | undefined {
  if (node.type === 'Identifier' || node.type === 'PrivateIdentifier') return node.name;
  if (node.type === 'Literal') return String(node.value);
  if (node.type === 'MemberExpression') {
    const of = nameOf(node.object);
    const own = nameOf(node.property);
    return of === undefined ? own : `${of}.${own}`;
  }
  if (node.type === 'ChainExpression' || node.type === 'TSNonNullExpression') return nameOf(node.expression); // prettier-ignore
  if (node.type === 'CallExpression') return undefined;
  return undefined;
}

/** A component. */
class Markup extends Script {
  constructor(code: string, found: Found[]) {
    super(code, found, commentsOf(code));
  }

  root(root: Node): void {
    for (const script of [root.module, root.instance]) if (script) this.walk(script.content, []);
    this.fragment(root.fragment, true);
  }

  /** Cuts the nodes of a fragment into stretches of text, and looks into everything else. */
  private fragment(fragment: Node, isSeen: boolean): void {
    let stretch: Node[] = [];
    const close = () => {
      if (stretch.length > 0) this.stretch(stretch, isSeen);
      stretch = [];
    };
    for (const node of fragment.nodes) {
      if (isInStretch(node)) stretch.push(node);
      else {
        close();
        this.node(node, isSeen);
      }
    }
    close();
  }

  /** Text and what stands within it: one message, if there are words between the elements. */
  private stretch(nodes: readonly Node[], isSeen: boolean): void {
    const words = nodes.some((node) => node.type === 'Text' && /\p{L}/u.test(node.data));
    const within = words ? trimmed(nodes) : [];
    const first = within[0];
    const last = within.at(-1);
    const pieces = new Pieces(this.code);
    if (first) this.piece(within, pieces);
    const message = pieces.text.trim();
    if (first && isSeen && isWord(message)) {
      const lead = first.type === 'Text' ? /^\s*/.exec(first.raw)![0].length : 0;
      const tail = last.type === 'Text' ? /\s*$/.exec(last.raw)![0].length : 0;
      this.found.push({
        message,
        start: first.start + lead,
        end: last.end - tail,
        as: 'markup',
        holes: pieces.holes,
        notes: pieces.notes,
      });
      for (const node of nodes) if (within.includes(node)) this.parts(node, pieces.holes, isSeen);
        else this.node(node, isSeen); // prettier-ignore
      return;
    }
    for (const node of nodes) this.node(node, isSeen);
  }

  /** Appends these nodes to a message. */
  private piece(nodes: readonly Node[], pieces: Pieces): void {
    for (const node of nodes) {
      if (node.type === 'Text') pieces.text += node.data.replaceAll(/[ \t\r\n]+/g, ' ');
      else if (node.type === 'ExpressionTag') pieces.expression(node.expression, spanOf(node));
      else if (node.type === 'Comment') continue;
      else {
        const index = pieces.holes.length;
        const inner = innerOf(node);
        pieces.holes.push({ kind: 'element', ...spanOf(node), inner: inner && spanAround(inner) });
        if (inner) {
          pieces.text += `<${index}>`;
          this.piece(inner, pieces);
          pieces.text += `</${index}>`;
        } else {
          pieces.text += `<${index}/>`;
          pieces.notes.push(`<${index}/>: ${short(this.code.slice(node.start, node.end))}`);
        }
      }
    }
  }

  /** The messages inside the parts of a message: attributes, choices' conditions, opaque elements. */
  private parts(node: Node, holes: readonly Hole[], isSeen: boolean): void {
    if (node.type === 'Text' || node.type === 'Comment') return;
    if (node.type === 'ExpressionTag') return this.walkShown(node.expression, holes, []);
    const inner = innerOf(node);
    if (!inner) return this.node(node, isSeen);
    this.attributes(node);
    for (const one of inner) this.parts(one, holes, isSeen);
  }

  private node(node: Node, isSeen: boolean): void {
    switch (node.type) {
      case 'Text':
        return this.loneText(node, isSeen);
      case 'RegularElement':
      case 'Component':
      case 'SvelteElement':
      case 'TitleElement':
      case 'SvelteBoundary':
      case 'SvelteHead':
      case 'SvelteComponent':
      case 'SvelteFragment':
        this.attributes(node);
        return this.fragment(node.fragment, isSeen && !MUTE.has(node.name));
      case 'Comment':
        return;
      case 'ExpressionTag':
        return this.walkShown(node.expression, [], []);
      default:
        // Blocks and tags: their fragments are markup, all else are expressions.
        for (const [, child] of below(node)) {
          if (child.type === 'Fragment') this.fragment(child, isSeen);
          else if (child.type === 'Attribute') this.attribute(child, node);
          else this.walk(child, []);
        }
    }
  }

  private loneText(node: Node, isSeen: boolean): void {
    const message = node.data.replaceAll(/[ \t\r\n]+/g, ' ').trim();
    if (!isSeen || !isWord(message)) return;
    const lead = /^\s*/.exec(node.raw)![0].length;
    const tail = /\s*$/.exec(node.raw)![0].length;
    this.found.push({
      message,
      start: node.start + lead,
      end: node.end - tail,
      as: 'markup',
      holes: [],
      notes: [],
    });
  }

  private attributes(node: Node): void {
    for (const one of node.attributes) {
      if (one.type === 'Attribute') this.attribute(one, node);
      else for (const [, child] of below(one)) this.walk(child, []);
    }
  }

  private attribute(node: Node, owner: Node): void {
    if (node.value === true) return;
    const parts: readonly Node[] = Array.isArray(node.value) ? node.value : [node.value];
    const isComponent = owner.type !== 'RegularElement' && owner.type !== 'SvelteElement';
    const isSaid = isComponent ? !UNSAID.test(node.name) : SAID.has(node.name);
    const expressions = parts
      .filter(({ type }) => type === 'ExpressionTag')
      .map(({ expression }) => expression);
    if (!parts.some(({ type }) => type === 'Text')) {
      if (!UNSAID.test(node.name))
        for (const one of expressions)
          this.walk(one, [['value', { type: 'Property', key: { type: 'Identifier', name: node.name } }]]); // prettier-ignore
      else for (const one of expressions) this.quietly(one);
      return;
    }
    const pieces = new Pieces(this.code);
    for (const part of parts) {
      if (part.type === 'Text') pieces.text += part.data;
      else pieces.expression(part.expression, spanOf(part));
    }
    const taken =
      isSaid &&
      isMessage(pieces.text, {
        in: isComponent ? 'component' : 'attribute',
        key: node.name,
        isTemplate: pieces.holes.length > 0,
      });
    if (taken) {
      this.found.push({
        message: pieces.text,
        start: parts[0]!.start,
        end: parts.at(-1)!.end,
        as: 'attribute',
        holes: pieces.holes,
        notes: pieces.notes,
      });
    }
    this.inside(expressions, taken ? pieces.holes : [], []);
  }

  /** Classes, styles and handlers: only functions in them can contain messages. */
  private quietly(node: Node): void {
    if (/Function/.test(node.type)) this.walk(node.body, []);
    else for (const [, child] of below(node)) this.quietly(child);
  }
}

const isInStretch = (node: Node): boolean =>
  /^(Text|ExpressionTag|Comment|IfBlock|EachBlock|HtmlTag|RenderTag)$/.test(node.type) ||
  (node.type === 'RegularElement' && INLINE.has(node.name)) ||
  (node.type === 'Component' && /^(Prose|Word|Info|RowsNote|.*Link|Sign|Key)$/.test(node.name));

/** The nodes inside an inline element, if they are words of the sentence around it. */
function innerOf(node: Node): readonly Node[] | undefined {
  if (!(node.type === 'RegularElement' || node.type === 'Component') || MUTE.has(node.name))
    return undefined;
  const { nodes } = node.fragment;
  const isPlain = nodes.every(isInStretch);
  const speaks = (one: Node): boolean =>
    (one.type === 'Text' && /\S/.test(one.data)) ||
    one.type === 'ExpressionTag' ||
    innerOf(one) !== undefined;
  return isPlain && nodes.some(speaks) ? nodes : undefined;
}

const spanAround = (nodes: readonly Node[]): Span => ({
  start: nodes[0].start,
  end: nodes.at(-1).end,
});

/** Without the blank text, comments and wordless elements at both ends. */
function trimmed(nodes: readonly Node[]): readonly Node[] {
  const isEmpty = (node: Node): boolean =>
    node.type === 'Text'
      ? !/\S/.test(node.data)
      : node.type !== 'ExpressionTag' && innerOf(node) === undefined;
  const first = nodes.findIndex((node) => !isEmpty(node));
  const last = nodes.findLastIndex((node) => !isEmpty(node));
  return nodes.slice(first, last + 1);
}
