/** @file The page around this one, where it stands in a frame. */
export const effectiveAround = (here: Window): Window | undefined =>
  here.parent !== here ? here.parent : undefined;
