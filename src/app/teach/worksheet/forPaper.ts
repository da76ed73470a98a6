/**
 * @file A lesson's text for paper. Claims lose their marks, buttons become plain text, sentences that tell a reader to
 * do something on the screen are left out, and the stage is called ‘the picture’, if it is printed next to the text, or
 * ‘the lesson’. Our own HTML, made at build time.
 */
import { LANGUAGE } from '../../../core/language';
import { plainOf, withoutClaims } from '../plain';

/** Text read beside the page (answers, the class): without buttons and marks, but with every sentence. */
export const forPaper = (html: string): string =>
  withoutClaims(html)
    .replaceAll(/<button [^>]*\bclass="do"[^>]*>/g, '<span class="do">')
    .replaceAll('</button>', '</span>');

/** The end of a sentence, not of an abbreviation: the following text starts like a sentence. */
const BETWEEN = /(?<=[.!?][”)]?(?:<\/[a-z]+>)*)\s+(?=(?:<[^>]+>)*[\p{Lu}“„«¿¡(0-9])/u;

/** What marks sentences that only make sense with a screen, and the stage's name on paper, in one language. */
interface Rules {
  /** The beginning of an order to do something. */
  readonly orders: RegExp;
  /** What is only on a screen. */
  readonly onScreen: RegExp;
  /** Always an order to do something on the screen. */
  readonly always: RegExp;
  readonly name: (sentence: string, pictured: boolean) => string;
}

const ENGLISH: Rules = {
  orders:
    /^(?:\(?(?:So|Then|Now|But|And|Or|Here),? )?(?:open the page|press|play|click|turn|move|drag|add|try|watch|let|run over|point|set the (?:stage|window)|make|change|look|choose|find|order the four|order them)\b/i,
  onScreen:
    /\b(?:stage|press(?:es|ed)?|clicks?|slider|button|recording plays|watch|recording|window to \d+ and train|page Generate)\b|class="do"/i,
  always: /\b(?:press|click)\b|recording (?:has )?play/i,
  name(sentence, pictured) {
    const thing = pictured ? 'picture' : 'lesson';
    return sentence
      .replaceAll(/\bOn the stage (is|are|stand)\b/g, (_, verb: string) =>
        pictured ? ['In the picture', verb].join(' ') : 'The lesson shows',
      )
      .replaceAll(/\b([Oo])n the stage\b/g, (_, o: string) =>
        [o === 'O' ? 'In' : 'in', 'the', thing].join(' '),
      )
      .replaceAll(/\b([Tt])he stage\b/g, (_, t: string) => [t === 'T' ? 'The' : 'the', thing].join(' ')); // prettier-ignore
  },
};

const GERMAN: Rules = {
  orders:
    /^(?:\(?(?:Dann|Jetzt|Nun|Aber|Und|Oder|Hier),? )?(?:öffne|drücke?|klicke?|spiele?|starte|drehe?|bewege?|ziehe?|füge|probiere?|versuche?|schaue?|sieh|beobachte|lass|fahre|zeige?|stelle?|setze?|mache?|ändere?|wähle?|suche?|finde?|ordne)\b/i,
  onScreen:
    /(?:Bühne|drück\p{L}*|klick\p{L}*|Regler|Schaltfläche|Knopf|Aufzeichnung|Seite Generieren)|class="do"/iu,
  always: /\b(?:drück\p{L}*|klick\p{L}*)|Aufzeichnung (?:läuft|abgespielt)/iu,
  name: (sentence, pictured) =>
    sentence
      .replaceAll(/\b([Aa])uf der Bühne\b/g, (_, a: string) =>
        [a === 'A' ? 'In' : 'in', pictured ? 'dem Bild' : 'der Lektion'].join(' '),
      )
      .replaceAll(/\b([Dd])ie Bühne\b/g, (_, d: string) =>
        pictured ? `${d}as Bild` : `${d}ie Lektion`,
      ),
};

const SPANISH: Rules = {
  orders:
    /^(?:\(?(?:Entonces|Luego|Ahora|Pero|Y|O|Aquí),? )?(?:abre|pulsa|reproduce|haz|gira|mueve|arrastra|añade|prueba|mira|observa|deja|pasa|señala|pon|cambia|elige|busca|encuentra|ordena)\b/i,
  onScreen:
    /(?:escenario|puls\p{L}*|clic|control deslizante|botón|grabación|página Generar)|class="do"/iu,
  always: /\b(?:puls\p{L}*|clic)|grabación se reproduce/iu,
  name: (sentence, pictured) =>
    sentence
      .replaceAll(/\b([Ee])n el escenario\b/g, (_, e: string) =>
        pictured ? `${e}n la imagen` : `${e}n la lección`,
      )
      .replaceAll(/\b([Ee])l escenario\b/g, (_, e: string) => {
        const article = e === 'E' ? 'La' : 'la';
        return pictured ? `${article} imagen` : `${article} lección`;
      }),
};

/** Rules for a language; sentences of others are kept as they are. */
const RULES: Readonly<Record<string, Rules>> = { en: ENGLISH, de: GERMAN, es: SPANISH };
/** The language of the lessons' texts. */
const rules = (language: string): Rules | undefined => RULES[language];

/**
 * A worksheet's text. `pictured`: the step's pictures are printed with it, so the stage is ‘the picture’; else it is
 * ‘the lesson’.
 */
export function onPaper(html: string, pictured: boolean, language = LANGUAGE.tag): string {
  const tidy = withoutClaims(html);
  const blocks = tidy.replaceAll(/<(p|li)>([\s\S]*?)<\/\1>/g, (_, tag: string, inner: string) => {
    const kept = sentencesOf(inner, pictured, language);
    return kept === '' ? '' : `<${tag}>${kept}</${tag}>`;
  });
  const whole = /<(p|li)>/.test(tidy) ? blocks : sentencesOf(tidy, pictured, language);
  return forPaper(whole.replaceAll(/<(ul|ol)>\s*<\/\1>/g, ''));
}

function sentencesOf(html: string, pictured: boolean, language: string): string {
  const own = rules(language);
  if (!own) return html.trim();
  return html
    .split(BETWEEN)
    .filter((sentence) => !(isOrder(sentence, own) && isWhole(sentence)))
    .map((sentence) => own.name(sentence, pictured))
    .join(' ')
    .trim();
}

const isOrder = (sentence: string, { always, orders, onScreen }: Rules): boolean => {
  const plain = plainOf(sentence);
  return always.test(plain) || (orders.test(plain) && onScreen.test(sentence));
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
