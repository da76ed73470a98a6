/** @file Answers questions about the open capture. */
import { check, InputError } from '../../core/check';
import type { AboutCapture, Answer } from '../questions';
import { together } from '../together';
import type { Tile, Viewport } from '../tile';
import { weightsIn } from '../weightsTile';
import { factsOf, type CaptureFacts, type WrongPart } from './facts';
import { findingsIn } from './findings';
import { openedPart } from './opened';
import type { Part } from './part';
import { readCapture, type Capture, type CapturedWeights } from './read';

/** Weights that were read last are kept: one layer may be shown, and another compared with it. */
const REMEMBERED = 2;

export class CaptureDesk {
  #capture: Capture | undefined;
  readonly #weights = new Map<string, CapturedWeights>();

  /** Throws InputError, a sentence. */
  answer(question: AboutCapture): Answer {
    switch (question.kind) {
      case 'capture':
        return this.open(question.files[0].bytes);
      case 'capturePart':
        return openedPart(this.#opened(), question.part);
      case 'captureStep':
        return this.#wrongIn(question.step);
      case 'captureWeights': {
        const { part, layer, viewport, pixels } = question;
        const tile = this.#tile(part, layer, viewport, pixels);
        return tile ? { tile } : {};
      }
      case 'captureWeight': {
        const { part, layer, query, key } = question;
        const weights = this.#weightsOf(part, layer);
        return weights ? { weight: this.#at(weights, part)(query, key) } : {};
      }
    }
  }

  open(bytes: Uint8Array): CaptureFacts {
    this.close();
    const capture = readCapture(bytes);
    // In one pass: the arrays are read when they are shown, but how many heads they have is said now.
    const heads = capture.steps.flatMap(({ layers }) =>
      layers.flatMap((layer) => [
        ...layer.masks.map((one) => one.length),
        capture.headsOfWeights(layer),
      ]),
    );
    this.#capture = capture;
    return factsOf(capture, Math.max(...heads));
  }

  close(): void {
    this.#capture = undefined;
    this.#weights.clear();
  }

  /** Parts of a step in which something is wrong. */
  #wrongIn(step: number): readonly WrongPart[] {
    return findingsIn(this.#opened(), step).flatMap(
      ({ step: _, text, head, findings, apart }): readonly WrongPart[] => {
        const faults = findings.filter(({ note }) => !note);
        if (faults.length === 0 && apart.length === 0) return [];
        return [{ part: { step, text, head }, findings: together(faults), apart }];
      },
    );
  }

  /** The largest weight under each pixel; undefined if the weights of this layer were not saved. */
  #tile(part: Part, layer: number, viewport: Viewport, pixels: number): Tile | undefined {
    const weights = this.#weightsOf(part, layer);
    if (!weights) return undefined;
    const { queries, keys } = this.#opened().steps[part.step]!;
    const at = this.#at(weights, part);
    return weightsIn({ queries, keys, at }, viewport, pixels);
  }

  #opened(): Capture {
    check(this.#capture, 'no capture is open; open one first');
    return this.#capture;
  }

  /** Keys that a layer's cache no longer has come before those of its weights, and have weight 0. */
  #at(weights: CapturedWeights, { step, text, head }: Part) {
    const before = this.#opened().steps[step]!.keys - weights.keys;
    const of = [text % weights.texts, head % weights.heads] as const;
    return (query: number, key: number) =>
      key < before ? 0 : weights.at(...of, query, key - before);
  }

  #weightsOf({ step }: Part, layer: number): CapturedWeights | undefined {
    const capture = this.#opened();
    const { queries, keys, name, layers } = capture.steps[step]!;
    const id = `${step} ${layer}`;
    const known = this.#weights.get(id) ?? capture.weightsOf(layers[layer]!);
    if (!known) return undefined;
    if (known.queries !== queries || known.keys > keys)
      throw new InputError(
        `the weights of layer ${layers[layer]!.layer} in ${name} are ${known.queries} × ${known.keys}; the step has ${queries} queries and ${keys} keys`,
      );
    this.#weights.delete(id);
    this.#weights.set(id, known);
    if (this.#weights.size > REMEMBERED) this.#weights.delete(this.#weights.keys().next().value!);
    return known;
  }
}
