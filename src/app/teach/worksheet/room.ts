/** @file What a worksheet gives each kind of exercise: room for an answer, or the answer. */
import type { Exercise } from '../../../lessons/exercises';
import type { Step } from '../../../lessons/lesson';

export interface RoomProps {
  readonly exercise: Exercise;
  readonly step: Step;
  readonly answers: boolean;
}
