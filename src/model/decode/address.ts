/**
 * @file The settings of the Generate page as part of its URL: `v=1&model=…&temperature=0.5&seed=3&prompt=…`. They
 * include the prompt, but never the content of a text file that the user opened.
 */
import { encoded } from '../../core/encoded';

export interface Writing {
  readonly model: string; // a shipped model's id; empty: the first available
  readonly prompt?: string; // undefined: the model's own example
  readonly temperature: number; // 0..5
  readonly topK: number; // 0: all
  readonly topP: number; // 0.01..1
  readonly seed: number;
  readonly count: number; // tokens
  readonly stopAt: string; // empty: never
}

export const USUAL: Writing = {
  model: '',
  temperature: 0.8,
  topK: 0,
  topP: 1,
  seed: 1,
  count: 200,
  stopAt: '',
};

const LONGEST_PROMPT = 1000; // characters: an address, not a text
const LONGEST_STOP = 40;

/** Minimum and maximum of each number, and whether it is an integer. */
const NUMBERS = {
  temperature: { min: 0, max: 5, whole: false },
  topK: { min: 0, max: 512, whole: true },
  topP: { min: 0.01, max: 1, whole: false },
  seed: { min: 0, max: 999_999, whole: true },
  count: { min: 1, max: 4096, whole: true },
} as const;
type NumberName = keyof typeof NUMBERS;

/** Clamps a number; returns `otherwise` for anything that is not a number. */
export function within(name: NumberName, value: unknown, otherwise = USUAL[name]): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) return otherwise;
  const { min, max, whole } = NUMBERS[name];
  const clamped = Math.min(max, Math.max(min, value));
  return whole ? Math.round(clamped) : clamped;
}

/** Always returns valid settings, whatever the query contains. */
export function readWriting(query: string): Writing {
  const pairs = new URLSearchParams(query);
  const number = (name: NumberName) => {
    const text = pairs.get(name)?.trim();
    return within(name, text ? Number(text) : undefined);
  };
  const prompt = pairs.get('prompt');
  return {
    model: pairs.get('model') ?? '',
    ...(prompt !== null && { prompt: prompt.slice(0, LONGEST_PROMPT) }),
    temperature: number('temperature'),
    topK: number('topK'),
    topP: number('topP'),
    seed: number('seed'),
    count: number('count'),
    stopAt: (pairs.get('stopAt') ?? '').slice(0, LONGEST_STOP),
  };
}

/** What differs from the defaults; a prompt too long for an address is left out. */
export function writeWriting(writing: Writing): string {
  const { model, prompt, stopAt } = writing;
  const pair = (name: string, value: string | number) => `${name}=${encoded(String(value))}`;
  return [
    'v=1',
    ...(model ? [pair('model', model)] : []),
    ...(Object.keys(NUMBERS) as NumberName[])
      .filter((name) => writing[name] !== USUAL[name])
      .map((name) => pair(name, writing[name])),
    ...(stopAt ? [pair('stopAt', stopAt)] : []),
    ...(prompt !== undefined && prompt.length <= LONGEST_PROMPT ? [pair('prompt', prompt)] : []),
  ].join('&');
}
