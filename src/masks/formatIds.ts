/** @file The ids of the code formats, without their code: each is the name of its file in ./code. */
export const formatIds: readonly string[] = Object.keys(import.meta.glob('./code/*.ts')).map(
  (path) =>
    path.replace(/^.*\/|\.ts$/g, '').replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
);
