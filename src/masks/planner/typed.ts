/** @file A model type, typed or from a link, as its class's default config. */
import { InputError } from '../../core/check';
import { readConfig } from '../configs';
import { CLASS_OF } from '../configType';
import { entryOf, nestingTypes, reasonAgainst } from '../configTable';

export const isConfigText = (model: string): boolean => model.trimStart().startsWith('{');

/** Whether it is a known model type, supported or refused. */
export const isType = (word: string): boolean =>
  entryOf(word) !== undefined ||
  nestingTypes().includes(word) ||
  reasonAgainst(word) !== undefined ||
  Object.hasOwn(CLASS_OF, word);

/**
 * The current default config for the name of a model type. Some classes have defaults that would be refused in a file:
 * for those, only the name.
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
