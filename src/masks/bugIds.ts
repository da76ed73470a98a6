/** @file The ids of the bugs in the zoo, without their masks: each is the name of its file in ./zoo. */
import { idsOfFiles } from '../core/registry';

export const bugIds: readonly string[] = idsOfFiles(Object.keys(import.meta.glob('./zoo/*.ts')));
