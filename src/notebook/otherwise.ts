/** @file How a file was read is corrected on the page with buttons, and in Python with a parameter. */
import type { Finding } from '../masks/subject';

const OTHERWISE = "If that is wrong, pass allowed='nonzero', allowed='zero' or allowed='additive'.";

export const inPython = <F extends Pick<Finding, 'code' | 'note' | 'fix'>>(finding: F): F =>
  finding.code === 'L6' && finding.note ? { ...finding, fix: OTHERWISE } : finding;
