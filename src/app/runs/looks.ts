/** @file How the runs are distinguished: a tint, and a dash pattern that works without colour. */
const LOOKS = [
  { colour: 'var(--run-1)', dash: 'none' },
  { colour: 'var(--run-2)', dash: '9 4' },
  { colour: 'var(--run-3)', dash: '2 3' },
  { colour: 'var(--run-4)', dash: '9 3 2 3' },
] as const;

export const lookOf = (index: number) => LOOKS[index % LOOKS.length]!;
