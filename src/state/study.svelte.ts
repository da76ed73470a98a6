import { answerTo, type Exercise } from '../lessons/exercises';
import type { Verdict } from '../lessons/exercise';
import type { PredictExercise } from '../lessons/exercises/predict';
import { goalKey, reached } from '../lessons/goal';
import { END, linksOf, type Lesson, type Step } from '../lessons/lesson';
import { verdictOnPrediction } from '../lessons/predicted';
import {
  answeredAfter,
  errandsOf,
  firstTriesOf,
  isDone,
  NOTHING,
  scoreOf,
  type Answered,
  type LessonProgress,
} from '../lessons/progress';
import { settingsOfLink } from '../lessons/settings';
import { spentAt } from '../lessons/stepTime';
import type { Prediction, Stage } from './stage.svelte';

export interface StudyOptions {
  readonly progress?: LessonProgress;
  /** Exercises of the lesson that the teacher's link left out. */
  readonly closed?: readonly string[];
  /** Stores the progress. */
  readonly keep?: (progress: LessonProgress) => void;
  /** Slug of the initial step. */
  readonly at?: string;
}

/** The feedback on the last checked answer, and that answer. */
interface Said extends Verdict {
  readonly of: unknown;
}

/** A reader in a lesson: where they are, what they answered, what they did. */
export class Study {
  at = $state(0);
  /** The reader left the last step, so the end is shown. */
  ended = $state(false);
  /** A requested step that this lesson does not have, until the reader continues. */
  missing = $state<string | undefined>();
  progress = $state.raw<LessonProgress>(NOTHING);
  /** Current answers, checked or not, by exercise. */
  #answers = $state.raw<Readonly<Record<string, unknown>>>({});
  #said = $state.raw<Readonly<Record<string, Said>>>({});

  step: Step = $derived.by(() => this.lesson.steps[this.at]!);
  first = $derived(this.at === 0);
  last = $derived.by(() => this.at === this.lesson.steps.length - 1);
  score = $derived.by(() => scoreOf(this.lesson, this.progress));
  firstTries = $derived.by(() => firstTriesOf(this.lesson, this.progress));
  errands = $derived.by(() => errandsOf(this.lesson, this.progress));
  /** The reader's position, as written in the URL. */
  place = $derived(this.ended ? END : this.step.slug);
  /** Indices of the steps whose exercises are not all solved. */
  open: readonly number[] = $derived.by(() =>
    this.lesson.steps.flatMap((step, i) =>
      step.exercises.length > 0 && !isDone(step, this.progress) ? [i] : [],
    ),
  );
  /** Which goals of this step are reached, now or earlier; exercises are counted separately. */
  goals = $derived.by(() => {
    const { happened } = this.stage;
    const { slug } = this.step;
    const before = this.progress.done.includes(slug);
    const earlier = this.#reachedIn(slug);
    return this.step.goals.map((goal) => ({
      goal,
      reached: before || earlier.includes(goalKey(goal)) || reached(goal, happened),
    }));
  });
  goalsReached = $derived(this.goals.every((one) => one.reached));
  done = $derived(isDone(this.step, this.progress));
  /** Predictions of this step, for the curves. */
  predictions: readonly Prediction[] = $derived.by(() =>
    this.step.exercises.flatMap(({ id, kind, of }) => {
      const { answer: value, tries = 0 } = this.progress.answers[id] ?? {};
      if (kind !== 'predict' || typeof value !== 'number' || tries === 0) return [];
      return [{ ...(of as { metric: 'accuracy' | 'loss'; run: number }), value }];
    }),
  );

  constructor(
    readonly lesson: Lesson,
    readonly stage: Stage,
    private readonly options: StudyOptions = {},
  ) {
    this.progress = this.#under(options.progress ?? NOTHING);
    stage.predicted = () => this.predictions;
    const wanted = options.at ?? this.progress.at;
    const at = lesson.steps.findIndex(({ slug }) => slug === wanted);
    this.go(wanted === END ? lesson.steps.length - 1 : Math.max(0, at));
    this.ended = wanted === END;
    if (options.at !== undefined && at < 0 && !this.ended) this.missing = options.at;
  }

  isDoneAt = (index: number): boolean => isDone(this.lesson.steps[index]!, this.progress);

  go = (index: number) => {
    const to = Math.min(this.lesson.steps.length - 1, Math.max(0, index));
    this.at = to;
    this.ended = false;
    this.missing = undefined;
    const step = this.lesson.steps[to]!;
    this.#answers = Object.fromEntries(
      step.exercises.map((exercise) => [exercise.id, answerTo(exercise, this.progress)]),
    );
    this.#said = {};
    const predicted = step.exercises.every(
      ({ kind, id }) => kind !== 'predict' || this.progress.answers[id]?.right !== undefined,
    );
    this.stage.enter(step.stage, { veiled: step.veiled && !predicted });
    this.#keep({ ...this.progress, at: step.slug });
  };

  /** Continues to the next step, or from the last one to the end; marks this one as read. */
  next = () => {
    const { slug } = this.step;
    const read = this.progress.read ?? [];
    if (!read.includes(slug)) this.#keep({ ...this.progress, read: [...read, slug] });
    if (this.last) this.ended = true;
    else this.go(this.at + 1);
  };

  /** Goes to the position in a URL; false if there is no such step. */
  visit = (place: string): boolean => {
    const at = this.lesson.steps.findIndex(({ slug }) => slug === place);
    if (place === END && !this.ended) {
      this.go(this.lesson.steps.length - 1);
      this.ended = true;
    } else if (at >= 0 && (at !== this.at || this.ended)) this.go(at);
    const there = place === END || at >= 0;
    this.missing = there ? undefined : place;
    return there;
  };

  back = () => this.go(this.ended ? this.at : this.at - 1);

  /** Checks whether the goals are reached; called after something happened on the stage. */
  see = () => {
    for (const exercise of this.step.exercises) this.#came(exercise);
    if (this.step.goals.length === 0) return;
    if (this.goalsReached) this.#finish();
    else this.#remember();
  };

  /** Training starts again from step 0, so a goal that was reached before has to be stored. */
  #remember() {
    const { slug } = this.step;
    const before = this.#reachedIn(slug);
    const more = this.goals.flatMap((one) => {
      const key = goalKey(one.goal);
      return one.reached && !before.includes(key) ? [key] : [];
    });
    if (more.length === 0) return;
    const reached = { ...this.progress.reached, [slug]: [...before, ...more] };
    this.#keep({ ...this.progress, reached });
  }

  /** Stored goals of a step. */
  #reachedIn(slug: string): readonly string[] {
    const all = this.progress.reached ?? {};
    return Object.hasOwn(all, slug) ? all[slug]! : [];
  }

  /** Stores the result of a prediction's run, once the lesson's own runs reached the step in question. */
  #came(exercise: Exercise) {
    const record = this.recordOf(exercise);
    if (exercise.kind !== 'predict' || !record || record.tries === 0) return;
    if (record.came !== undefined || this.stage.altered) return;
    const { run, metric, after } = exercise.of as PredictExercise;
    const came = this.stage.happened.results[run]?.[metric];
    if (came === undefined || this.stage.stepsOf(run) < after) return;
    this.#record(exercise, { ...record, came });
  }

  #finish() {
    const { slug } = this.step;
    if (!this.progress.done.includes(slug))
      this.#keep({ ...this.progress, done: [...this.progress.done, slug] });
  }

  // --------------------------------------------------------------------------------------- exercises

  answerOf = (exercise: Exercise): unknown => this.#answers[exercise.id];

  recordOf = (exercise: Exercise): Answered | undefined => this.progress.answers[exercise.id];

  /** The feedback on exactly this answer; undefined once it was changed. */
  verdictOf = (exercise: Exercise): Verdict | undefined => {
    const record = this.recordOf(exercise);
    if (exercise.kind === 'predict' && record && record.tries > 0)
      return verdictOnPrediction(exercise, record);
    const said = this.#said[exercise.id];
    return said && said.of === this.#answers[exercise.id] ? said : undefined;
  };

  answer = (exercise: Exercise, answer: unknown) => {
    this.#answers = { ...this.#answers, [exercise.id]: answer };
  };

  canCheck = (exercise: Exercise): boolean =>
    exercise.kind === 'target' || exercise.rules.begun(exercise.of, this.#answers[exercise.id]);

  check = (exercise: Exercise) => {
    const { rules } = exercise;
    if (exercise.kind === 'target') this.answer(exercise, this.#onStage(exercise));
    const answer = this.#answers[exercise.id];
    if (!rules.begun(exercise.of, answer)) return;
    const verdict = rules.check(exercise.of, answer, this.stage.world);
    this.#said = { ...this.#said, [exercise.id]: { ...verdict, of: answer } };
    this.#answered(exercise, { answer, right: verdict.right && !verdict.pending });
    if (exercise.kind === 'predict') this.stage.unveil();
    if (
      this.step.goals.length === 0 &&
      this.step.exercises.every(({ id }) => this.progress.answers[id]?.right)
    )
      this.#finish();
  };

  /** The reader has read why a prediction was far off, or close; that solves it. */
  understood = (exercise: Exercise) => {
    const record = this.recordOf(exercise);
    if (record?.came === undefined) return;
    this.#record(exercise, { ...record, right: true });
    this.see();
  };

  /** The first result of the change that a prediction offers, once it was trained as far as the lesson says. */
  resultOfChange = (exercise: Exercise): { step: number; value: number } | undefined => {
    if (exercise.kind !== 'predict' || this.recordOf(exercise)?.came === undefined)
      return undefined;
    const { change, changed, run, metric } = exercise.of as PredictExercise;
    const [link] = linksOf(change);
    if (!changed || !this.stage.runsWith(settingsOfLink(link!, 'the change'))) return undefined;
    const { validations = [] } = this.stage.histories[run] ?? {};
    const reached = validations.find(({ step }) => step >= changed.after);
    return reached && { step: reached.step, value: reached[metric] };
  };

  hint = (exercise: Exercise) => {
    const before = this.recordOf(exercise);
    this.#record(exercise, {
      ...(before ?? { answer: this.#answers[exercise.id], tries: 0 }),
      hints: Math.min(3, (before?.hints ?? 0) + 1),
    });
  };

  /** Shows the answer. */
  show = (exercise: Exercise) => {
    const { rules } = exercise;
    const { answer, world } = rules.solve(exercise.of);
    if (world) this.stage.change(world);
    this.answer(exercise, answer);
    this.#answered(exercise, { answer, right: true, shown: true });
    const verdict = world ? undefined : rules.check(exercise.of, answer, this.stage.world);
    if (verdict) this.#said = { ...this.#said, [exercise.id]: { ...verdict, of: answer } };
    if (this.step.goals.length === 0) this.#finish();
  };

  /** Adds whole seconds that the reader spent at a step. */
  spend = (slug: string, seconds: number) =>
    this.#keep({ ...this.progress, seconds: spentAt(this.progress.seconds, slug, seconds) });

  /** Starts the lesson over and forgets all progress. */
  forget = () => {
    this.progress = this.#under(NOTHING);
    this.go(0);
  };

  #onStage({ of }: Exercise): unknown {
    const { space } = of as { space: readonly { name: keyof Stage['spec'] }[] };
    return Object.fromEntries(space.map(({ name }) => [name, this.stage.spec[name]]));
  }

  #answered(exercise: Exercise, given: { answer: unknown; right: boolean; shown?: boolean }) {
    const grows = exercise.kind === 'explain';
    this.#record(exercise, answeredAfter(this.recordOf(exercise), { ...given, grows }));
  }

  #record(exercise: Exercise, answered: Answered) {
    const answers = { ...this.progress.answers, [exercise.id]: answered };
    this.#keep({ ...this.progress, answers });
  }

  /** The progress with the exercises that this visit's link leaves out, instead of those of an earlier link. */
  #under({ closed: _, ...progress }: LessonProgress): LessonProgress {
    const { closed = [] } = this.options;
    return closed.length > 0 ? { ...progress, closed } : progress;
  }

  #keep(progress: LessonProgress) {
    this.progress = progress;
    this.options.keep?.(progress);
  }
}
