/** @file A model type, typed or in a link, as the config its class has by default. */
import { InputError } from '../../core/check';
import { readConfig } from '../configs';
import { CLASS_OF } from '../configType';
import { entryOf, nestingTypes, reasonAgainst } from '../configTable';

export const isConfigText = (model: string): boolean => model.trimStart().startsWith('{');

/** Is it the name of a model type that is known, opened or refused? */
export const isType = (word: string): boolean =>
  entryOf(word) !== undefined ||
  nestingTypes().includes(word) ||
  reasonAgainst(word) !== undefined ||
  Object.hasOwn(CLASS_OF, word);

/**
 * A model type by its name, with what its class has by default today. Some classes have defaults that a file is refused for:
 * of those the name alone.
 */
export function configOfType(type: string): string {
  const whole = JSON.stringify({ model_type: type, ...entryOf(type)?.d });
  try {
    readConfig(whole);
    return whole;
  } catch (error) {
    if (error instanceof InputError) return JSON.stringify({ model_type: type });
    throw error;
  }
}
