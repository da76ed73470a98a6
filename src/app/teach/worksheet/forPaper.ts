/**
 * @file A lesson's text for paper. Claims lose their marks, buttons become plain text, sentences that tell a reader to
 * do something on the screen are left out, and the stage is called ‘the picture’, if it is printed next to the text, or
 * ‘the lesson’. Our own HTML, made at build time.
 */
import { plainOf, withoutClaims } from '../plain';

/** Text read beside the page (answers, the class): without buttons and marks, but with every sentence. */
export const forPaper = (html: string): string =>
  withoutClaims(html)
    .replaceAll(/<button [^>]*\bclass="do"[^>]*>/g, '<span class="do">')
    .replaceAll('</button>', '</span>');

/** The end of a sentence, not of an abbreviation: the following text starts like a sentence. */
const BETWEEN = /(?<=[.!?][”)]?(?:<\/[a-z]+>)*)\s+(?=(?:<[^>]+>)*[A-Z“(0-9])/;

/** Sentences that only make sense with a screen: an order to do something there. */
const ORDERS =
  /^(?:\(?(?:So|Then|Now|But|And|Or|Here),? )?(?:open the page|press|play|click|turn|move|drag|add|try|watch|let|run over|point|set the (?:stage|window)|make|change|look|choose|find|order the four|order them)\b/i;
const ON_SCREEN =
  /\b(?:stage|press(?:es|ed)?|clicks?|slider|button|recording plays|watch|recording|window to \d+ and train|page Generate)\b|class="do"/i;

/**
 * A worksheet's text. `pictured`: the step's pictures are printed with it, so the stage is ‘the picture’; else it is
 * ‘the lesson’.
 */
export function onPaper(html: string, pictured: boolean): string {
  const tidy = withoutClaims(html);
  const blocks = tidy.replaceAll(/<(p|li)>([\s\S]*?)<\/\1>/g, (_, tag: string, inner: string) => {
    const kept = sentencesOf(inner, pictured);
    return kept === '' ? '' : `<${tag}>${kept}</${tag}>`;
  });
  const whole = /<(p|li)>/.test(tidy) ? blocks : sentencesOf(tidy, pictured);
  return forPaper(whole.replaceAll(/<(ul|ol)>\s*<\/\1>/g, ''));
}

function sentencesOf(html: string, pictured: boolean): string {
  return html
    .split(BETWEEN)
    .filter((sentence) => !(isOrder(sentence) && isWhole(sentence)))
    .map((sentence) => named(sentence, pictured))
    .join(' ')
    .trim();
}

const isOrder = (sentence: string): boolean => {
  const plain = plainOf(sentence);
  if (/\b(?:press|click)\b|recording (?:has )?play/i.test(plain)) return true;
  return ORDERS.test(plain) && ON_SCREEN.test(sentence);
};

/** Every tag opened in it is closed in it, so that removing it leaves the HTML intact. */
const isWhole = (sentence: string): boolean => {
  const open: string[] = [];
  for (const [, close, tag] of sentence.matchAll(/<(\/?)([a-z0-9-]+)[^>]*?>/g)) {
    if (!close) open.push(tag!);
    else if (open.pop() !== tag) return false;
  }
  return open.length === 0;
};

function named(sentence: string, pictured: boolean): string {
  const thing = pictured ? 'picture' : 'lesson';
  return sentence
    .replaceAll(/\bOn the stage (is|are|stand)\b/g, (_, verb: string) =>
      pictured ? `In the picture ${verb}` : `The lesson shows`,
    )
    .replaceAll(
      /\b([Oo])n the stage\b/g,
      (_, o: string) => `${o === 'O' ? 'I' : 'i'}n the ${thing}`,
    )
    .replaceAll(/\b([Tt])he stage\b/g, (_, t: string) => `${t}he ${thing}`);
}
