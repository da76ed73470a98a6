/** @file The mark in a preview picture that says what it was made from. */
import { createHash } from 'node:crypto';

export const KEYWORD = 'Source';
export const hashOf = (picture) => createHash('sha256').update(picture).digest('hex').slice(0, 16);
