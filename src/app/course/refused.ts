/** @file A lesson that cannot be read, as the build passes it on. */
export interface RefusedLesson {
  readonly id: string;
  readonly refused: string;
}

export const isRefused = (one: object | string): one is RefusedLesson =>
  typeof one === 'object' && 'refused' in one;
