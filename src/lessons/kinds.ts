/** @file All kinds of exercises, for checking all lessons. A page loads those of the lesson that it shows. */
import { registryOf } from '../core/registry';
import { KIND, type ExerciseKind } from './exercise';

export const kinds = registryOf<ExerciseKind>(
  KIND,
  import.meta.glob<{ default: ExerciseKind }>('./exercises/*.ts', { eager: true }),
);
