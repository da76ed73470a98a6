import { write, type Expression } from '../attention/expression';
import { coreOf } from './repaired';

/** What a mask says apart from its text: without padding, opened rows of padding, and documents. */
export const besideItsText = (expression: Expression, keys: number): string =>
  write(coreOf(expression, keys)).replaceAll(/ & (!padding|documents)\([^)]*\)/g, '');
