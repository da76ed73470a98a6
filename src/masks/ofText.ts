import { write, type Expression } from '../attention/expression';
import { coreOf } from './repaired';

/** The part of a mask that does not depend on its text: without padding, opened rows of padding, and documents. */
export const besideItsText = (expression: Expression, keys: number): string =>
  write(coreOf(expression, keys)).replaceAll(/ & (!padding|documents)\([^)]*\)/g, '');
