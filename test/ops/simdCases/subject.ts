/** @file A SIMD kernel and the cases in which it is compared with its loops. */
import { type Kernel } from '../../../src/program/kernel';
import { type Case } from '../../support/simd';

export interface Subject {
  readonly kernel: Kernel;
  /** Largest difference relative to the largest value. */
  readonly within: number;
  readonly cases: readonly Case[];
}

export const PLAIN = 1e-5;
export const WITH_EXP = 1e-4;

export const subject = <K>(kernel: K, within: number, cases: readonly Case[]): Subject => ({
  kernel: kernel as unknown as Kernel,
  within,
  cases,
});
