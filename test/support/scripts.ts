/**
 * @file A text of several thousand characters in each of many scripts, the same every time, made of sentences in that
 * script.
 */
import { random } from '../../src/core/random';

const SENTENCES: Readonly<Record<string, readonly string[]>> = {
  Greek: ['Η ζέβρα διαβάζει ό,τι ήρθε πριν.', 'Κάθε λέξη κοιτά πίσω.', 'Ένα παράθυρο είναι στενό.'],
  Russian: [
    'Зебра читает всё, что было раньше.',
    'Каждое слово смотрит назад.',
    'Ёж и объём — «узко».',
  ],
  Arabic: [
    'يقرأ الحمار الوحشي كل ما سبق.',
    'كل كلمة تنظر إلى الوراء.',
    'النافذةُ ضيّقةٌ، والنصُّ طويل.',
  ],
  Hebrew: ['הזברה קוראת את כל מה שבא קודם.', 'כל מילה מביטה לאחור.', 'הַחַלּוֹן צַר.'],
  Hindi: ['ज़ेब्रा वह सब पढ़ता है जो पहले आया।', 'हर शब्द पीछे देखता है।', 'खिड़की छोटी है और पाठ लंबा।'],
  Thai: ['ม้าลายอ่านทุกสิ่งที่มาก่อน', 'ทุกคำมองย้อนกลับไป', 'หน้าต่างนั้นแคบแต่ข้อความยาว'],
  Japanese: [
    'シマウマは前に来たものをすべて読む。',
    '言葉は後ろを見る。',
    '窓は狭く、文章は長い。',
  ],
  Chinese: ['你好，斑马读它前面的一切。', '每个词都向后看。', '窗口很窄，文章很长。'],
  Korean: ['얼룩말은 앞에 온 모든 것을 읽는다.', '모든 낱말은 뒤를 본다.', '창은 좁고 글은 길다.'],
  emoji: ['🦓 👀 ⬅️ 📖 ', '👩‍🔬🧪➡️📈 ', '🇬🇷 👍🏽 🪟 ❤️ '],
  German: [
    'Das Zebra liest alles, was zuvor kam.',
    'Große Wörter schauen zurück.',
    'Ein schmales Fenster läßt wenig übrig.',
  ],
  mixed: [
    'The zebra says 你好 and “good-bye”. ',
    'Ζέβρα, зебра, зебра: ',
    'naïve café 🦓 — done. ',
  ],
};

const LENGTH = 3000; // characters, at least

export const scripts: readonly (readonly [name: string, text: string])[] = Object.entries(
  SENTENCES,
).map(([name, sentences]) => {
  const { below } = random('scripts', name);
  const paragraphs: string[] = [];
  let length = 0;
  while (length < LENGTH) {
    const said = Array.from({ length: 6 }, () => sentences[below(sentences.length)]!).join(' ');
    paragraphs.push(said);
    length += [...said].length;
  }
  return [name, paragraphs.join('\n\n')] as const;
});
