/**
 * @file How numbers were read, as it is said in Python: there they may be of an array that is in no file, and are
 * corrected with a parameter instead of with buttons.
 */
import type { Finding } from '../masks/subject';

const OTHERWISE = "If that is wrong, pass allowed='nonzero', allowed='zero' or allowed='additive'.";
/** There is nothing to repair by hand in Python. */
const SAVE = /, and save the repaired mask\.$/;
const WORDS: readonly (readonly [string, string])[] = [
  [' in this file', ' in this mask'],
  ['The numbers of this file', 'The numbers of this mask'],
  ['The file was inverted', 'The mask was inverted'],
  ['It is shown as in the file.', 'It is shown as it was given.'],
];

const said = (text: string): string =>
  WORDS.reduce((now, [page, here]) => now.replace(page, here), text);

/** How numbers were read is told if it could be otherwise: True that lets through is what everybody expects. */
export const isTold = ({ code, note, what }: Pick<Finding, 'code' | 'note' | 'what'>): boolean =>
  !(code === 'L6' && note && /^\S.* means "may read" in this (file|mask): /.test(what));

export const inPython = <F extends Pick<Finding, 'code' | 'note' | 'fix' | 'what' | 'consequence'>>(
  finding: F,
): F =>
  finding.code === 'L16'
    ? { ...finding, fix: finding.fix.replace(SAVE, '.') }
    : finding.code === 'L6' && finding.note
      ? {
          ...finding,
          what: said(finding.what),
          consequence: said(finding.consequence),
          fix: OTHERWISE,
        }
      : finding;
