/**
 * @file A lesson in a course system: its progress is kept there, with the student's account, and not in the browser,
 * which other students may use too.
 */
import { writeSuspended, readSuspended } from '../../../lessons/suspended';
import { betterOf, outcomeOf, type Outcome } from '../../../lessons/outcome';
import type { Lesson } from '../../../lessons/lesson';
import type { LessonProgress } from '../../../lessons/progress';
import { findApi, type Framed } from './api';
import { Attempt } from './attempt';

export class InCourse {
  /** What the student should know, in a sentence; '' if all is well. */
  problem = $state('');
  /** From an earlier visit. */
  progress: LessonProgress | undefined;
  #best: Outcome | undefined;
  #attempt: Attempt | undefined;

  private constructor(private readonly lesson: Lesson) {}

  /** Never rejects: without a course system the lesson opens too, and says that nothing is reported. */
  static async open(lesson: Lesson, here: Window): Promise<InCourse> {
    const course = new InCourse(lesson);
    const api = findApi(here as unknown as Framed);
    if (!api) {
      course.problem =
        'This page found no course around it: nothing you do here is reported or kept. Open the lesson from your course.';
      return course;
    }
    const attempt = new Attempt(api, {
      say: (sentence) => (course.problem = sentence),
      later: (act, ms) => {
        const timer = setTimeout(act, ms);
        return () => clearTimeout(timer);
      },
    });
    try {
      course.#restore(await attempt.begin());
      course.#attempt = attempt;
    } catch (error) {
      course.problem = `${(error as Error).message} Open the lesson from your course again.`;
    }
    return course;
  }

  #restore(text: string) {
    if (text === '') return;
    try {
      const { progress, best } = readSuspended(text);
      this.progress = progress;
      this.#best = best;
    } catch {
      this.problem =
        'Your course gave back a progress that cannot be read, so the lesson begins again.';
    }
  }

  keep = (progress: LessonProgress): void => {
    const now = outcomeOf(this.lesson, progress);
    this.#best = this.#best ? betterOf(this.#best, now) : now;
    this.#attempt?.report({
      outcome: this.#best,
      suspended: writeSuspended({ progress, best: this.#best }),
    });
  };

  /** Reports everything while the page is left; the returned function ends the visit. */
  watch(here: Window): () => void {
    const hide = () => {
      if (here.document.hidden) this.#attempt?.flush();
    };
    const leave = () => this.#attempt?.finish();
    // A page that comes back from the browser's cache has ended its visit, and begins another.
    const back = ({ persisted }: PageTransitionEvent) => persisted && here.location.reload();
    here.document.addEventListener('visibilitychange', hide);
    here.addEventListener('pagehide', leave);
    here.addEventListener('pageshow', back);
    return () => {
      here.document.removeEventListener('visibilitychange', hide);
      here.removeEventListener('pagehide', leave);
      here.removeEventListener('pageshow', back);
      leave();
    };
  }
}
