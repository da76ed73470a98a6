/** @file The ids of the code formats, without their code: each is the name of its file in ./code. */
import { idsOfFiles } from '../core/registry';

export const formatIds: readonly string[] = idsOfFiles(
  Object.keys(import.meta.glob('./code/*.ts')),
);
