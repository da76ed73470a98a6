/** @file What a URL of the site leads to, in the words of its page. */
import { starts } from '../../../compare/starts';
import { formOf } from '../../../lessons/concepts/form';
import { readLessonQuery } from '../../../lessons/link';
import { presets } from '../../../spec/preset';
import { isOwnText } from '../../../spec/run';
import { headOf } from '../../course/heads';
import { PAGES, parseHash } from '../../route';
import { addressOf } from '../teacherLink';
import { PLAIN } from '../../../lessons/link';
import { splitMessage } from './message';

export interface Described {
  readonly title: string;
  /** The step it starts with and what it removes; empty if there is nothing to say. */
  readonly detail: string;
  readonly say: string;
}

export function describe(address: string): Described {
  const { hash, say } = splitMessage(address);
  const { page, path = [], query } = parseHash(hash);
  const link = readLessonQuery(query);
  const task = new URLSearchParams(query).get('task');
  const fixed = [
    task !== null && isOwnText({ task }) && 'each gives a text of their own',
    link.seed !== undefined && `seed ${link.seed}`,
    link.hide.size > 0 && `${link.hide.size} hidden`,
    link.lock.size > 0 && `${link.lock.size} locked`,
    link.projector && 'for a projector',
  ];
  const described = (title: string, ...parts: (string | false | undefined)[]): Described => ({
    title,
    detail: parts.filter(Boolean).join(', '),
    say,
  });
  switch (page) {
    case 'lessons': {
      const head = path[0] === undefined ? undefined : headOf(path[0]);
      if (!head) return described('Lessons', ...fixed);
      const step = head.steps.find(({ slug }) => slug === path[1]);
      return described(
        `${Number(head.id.slice(0, 2))}. ${head.title}`,
        step && `from “${step.slug.replaceAll('-', ' ')}”`,
        ...fixed,
      );
    }
    case 'lab': {
      const is = presets.all.find(({ id }) => sameStart(hash, { kind: 'lab', preset: id }));
      return described(is ? `Lab: ${is.label}` : 'Lab', ...fixed);
    }
    case 'compare': {
      const is = starts.all.find(({ id }) => sameStart(hash, { kind: 'compare', start: id }));
      return described(is ? `Compare: ${is.label}` : 'Compare', ...fixed);
    }
    case 'test': {
      const when = new URLSearchParams(query).get('when');
      return described(formOf(when === 'after' ? 'after' : 'before').title);
    }
    default:
      return described(PAGES.find(({ id }) => id === page)!.label, ...fixed);
  }
}

/** The same settings as a start or preset, regardless of hidden or locked controls and the seed. */
function sameStart(hash: string, aim: Parameters<typeof addressOf>[0]): boolean {
  const core = (text: string) =>
    text
      .slice(text.indexOf('?') + 1)
      .split('&')
      .filter((pair) => !/^(v|seed|hide|lock|embed|projector)=/.test(pair))
      .sort()
      .join('&');
  return core(hash) === core(addressOf(aim, PLAIN));
}
