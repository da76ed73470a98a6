/**
 * @file What each page that is not a lesson says before its program runs: to search engines, link previews and readers
 * without JavaScript. `~/` is the site's root.
 */
import type { Page } from '../../src/app/route';

export interface Text {
  readonly heading: string;
  /** One or two sentences for search results and link previews. */
  readonly description: string;
  /** Paragraphs, as HTML. */
  readonly says: readonly string[];
  readonly links?: readonly (readonly [href: string, name: string, about?: string])[];
  /** Left out of search results and the sitemap: without somebody's link or results the page has nothing to show. */
  readonly unlisted?: true;
}

/** The list of lessons is added to `lessons`, `teach` and `worksheet`. */
export const TEXTS: Record<Page, Text> = {
  home: {
    heading: 'A language model with zebra stripes, learning in front of you',
    description:
      'Train small Zebra language models in the browser and watch every layer attend: global, local, approximate and grouped.',
    says: [
      'Zebra Lab trains small language models in your browser and draws what every layer reads while it learns. Some layers see everything; most see only a window. Find out which stripes are enough, and what they save.',
      'After Zebra: Song et al. 2023, <a href="https://arxiv.org/abs/2312.08618">arXiv 2312.08618</a>. Not by its authors; where it matters we say what is theirs and what is ours. Works without a graphics card. Nothing you type leaves your machine.',
    ],
    links: [
      ['~/lessons/', 'Learn', 'short lessons, checked as you go'],
      ['~/lab/', 'Lab', 'train a model, change its stripes'],
      ['~/compare/', 'Compare', 'train several plans together'],
      ['~/figures/', 'Figures', 'the paper’s questions, with recorded runs'],
      ['~/generate/', 'Generate', 'text from a trained model, and its cache'],
      ['~/masks/', 'Masks', 'draw a mask, check it, export it as code'],
      ['~/planner/', 'Planner', 'how much memory a model’s cache needs'],
      ['~/teach/', 'For teachers', 'links for a class, guides, worksheets and results'],
    ],
  },
  lessons: {
    heading: 'Learn Zebra by doing',
    description:
      'Short lessons on local, global and grouped attention, each beside a small model that trains in your browser. Your answers are checked at once.',
    says: [
      'Short lessons beside a working model. Each works at once from a recorded run, and live when your machine can. What you answer is checked by the code that draws the pictures; it stays on your machine.',
    ],
    links: [
      [
        '~/teach/',
        'For teachers',
        'links with fixed settings, guides, worksheets, a class’s answers',
      ],
    ],
  },
  lab: {
    heading: 'The Lab',
    description:
      'Train a small language model in the browser, turn single layers local or global, and see what every layer and head reads while it learns.',
    says: [
      'The Lab trains one small model. Settings are on the left, what every layer and head reads is in the middle, and what the model learns and costs is on the right.',
      'Click a stripe to make a layer global or local. Point at a query to see it in every layer. The link of the page restores all settings.',
    ],
    links: [['~/lessons/00-play/', 'Start with lesson 0', 'the same, with a guide']],
  },
  compare: {
    heading: 'Compare',
    description:
      'Train two to four attention plans together on the same batches, and see which stripes are enough and what they save.',
    says: [
      'Compare shows recorded runs at once, and trains two to four plans together when you press Train: the same batches, the same starting weights. The title says what the runs have shown so far.',
      'Losses are plotted over steps, tokens, FLOPs, seconds or bytes, and each run is priced at its own length and at 16,384 tokens.',
    ],
    links: [['~/lab/', 'Lab', 'one model at a time']],
  },
  figures: {
    heading: 'Figures',
    description:
      'The questions behind the Zebra paper’s figures, asked again with models small enough to train in a browser, with their spread between seeds.',
    says: [
      'The questions behind the <a href="https://arxiv.org/abs/2312.08618">Zebra paper</a>’s figures, asked again with models small enough to train in a browser. Curves and sentences come from the same numbers. Differences smaller than the spread between seeds mean nothing.',
    ],
    links: [['~/compare/', 'Compare', 'train these plans yourself']],
  },
  generate: {
    heading: 'Generate',
    description:
      'Generate text with a trained model and a real key-value cache, see what each layer keeps and read, and export the model to PyTorch.',
    says: [
      'Generate text with a real cache. Global layers grow, local layers are rings of slots, and approximate layers keep a window and summaries. For each token the page shows what every layer and head read, and its bytes and time.',
      'Models can be trained on at longer contexts, saved as checkpoints, and exported to Hugging Face.',
    ],
    links: [
      ['~/lessons/09-the-cache/', 'Lesson 9, The cache'],
      ['~/lessons/12-to-pytorch/', 'Lesson 12, To PyTorch'],
    ],
  },
  masks: {
    heading: 'Masks',
    description:
      'Build an attention mask from terms, paint it or open one from a file. Find what is wrong with it, and export it as code for PyTorch or JAX.',
    says: [
      'Who may read whom. Make a mask from terms, paint it, or open one from an array, a config or code; nothing leaves your machine.',
      'The page checks the mask against what was meant, names each fault with its consequence and its correction, and writes the mask as code.',
    ],
    links: [['~/lessons/11-debugging-masks/', 'Lesson 11, Debugging masks']],
  },
  planner: {
    heading: 'The planner',
    description:
      'How much memory does the key-value cache of a released model need, at any length, batch and precision? Counted layer by layer from its config.',
    says: [
      'Choose a released model, the name of a model type, or a <code>config.json</code>, and a second one to compare. The answer comes first, in sentences made from the numbers: which layers keep only a window, share keys and values, or keep a state of fixed size, and why two models differ.',
    ],
    links: [['~/masks/', 'Masks', 'who reads whom, layer by layer']],
  },
  teach: {
    heading: 'Teach with Zebra Lab',
    description:
      'For teachers: links with fixed settings, guides, printable worksheets, and a class’s answers. No accounts and no server.',
    says: [
      'Short lessons about who reads whom in a language model, each next to a small model that trains in the browser. Answers are checked immediately by the code that draws the pictures. There are no accounts and no server: you collect a class’s results as codes.',
    ],
    links: [
      ['~/class/', 'Your class', 'the results of participants, on your machine only'],
      ['~/test/', 'Ten questions', 'asked before and after teaching'],
      ['~/health/', 'This browser', 'what a computer of your classroom can do'],
    ],
  },
  class: {
    heading: 'Your class',
    description:
      'For teachers: collect the results of a class from the codes of its participants. They are read in your browser and are not sent anywhere.',
    says: [
      'Paste or drop what your participants gave you: the code or file that <i>Result for my teacher</i> gives at the end of a lesson or test. It is read in this browser and is not sent anywhere.',
    ],
    links: [['~/teach/', 'Teach', 'links, guides and worksheets']],
    unlisted: true,
  },
  worksheet: {
    heading: 'Worksheets',
    description:
      'A worksheet for each lesson on attention in language models, made from the lesson, ready to print, with or without answers.',
    says: ['Made from the lessons, ready to print, with or without answers.'],
    links: [['~/teach/', 'Teach', 'links, guides and results']],
  },
  test: {
    heading: 'Ten questions',
    description:
      'Ten questions on what people usually get wrong about attention in language models, asked before and after teaching. About ten minutes.',
    says: [
      'Asked before and after teaching, about ten minutes each time. Your answers stay on your machine until you hand in a code.',
    ],
    links: [['~/lessons/', 'Lessons']],
  },
  go: {
    heading: 'Short link',
    description:
      'A short link to a page of Zebra Lab: it contains the whole address, and opens it.',
    says: [
      'A short link contains a whole address of this site, packed into a few characters. Opening it needs JavaScript.',
    ],
    links: [['~/lessons/', 'All lessons']],
    unlisted: true,
  },
  health: {
    heading: 'This browser',
    description:
      'Which abilities of this browser Zebra Lab can use: WebGPU, threads, storage and more, with what each means for a class.',
    says: [
      'Open this page on a computer of the classroom the day before a lesson. It lists what the browser can do, what that means for a class, and what would help, as a text that you can copy. Nothing is sent anywhere.',
    ],
    links: [['~/teach/', 'For teachers', 'links, guides and worksheets']],
  },
};

export const NOT_FOUND: Text = {
  heading: 'This page does not exist',
  description: 'This site has no page at this address.',
  says: [
    'The address may be incomplete or misspelt. If the links below do not open, remove the last part of the address, up to a slash.',
  ],
  links: TEXTS.home.links!,
  unlisted: true,
};
