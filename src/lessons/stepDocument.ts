/** @file A step of a lesson as its author writes it: prose, a scene, exercises. */
import type { Block, Prose, StepDocument } from './stepDocument';
