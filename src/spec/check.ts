/** @file Refuses impossible settings before anything is allocated, saying what was given and what would work. */
import { withinSentence } from '../core/sentence';
import { rowsIn, type Expression } from '../attention/expression';
import { read } from '../attention/parse';
import { readRows } from '../attention/given';
import { plans } from '../attention/plans';
import { masksIn, MAX_MASKS } from '../attention/masksIn';
import { check } from '../core/check';
import { checkParam } from '../core/params';
import { layersOf, packingOf, readsChunks, sourceOf, type RunSpec } from './run';
import { CONTROLS } from './controls';

/** Throws InputError for the first impossible setting. Needs no device; src/model/memory.ts checks those limits. */
export function checkRun(spec: RunSpec): void {
  for (const control of CONTROLS) {
    const value = spec[control.name];
    if (control.kind === 'number') {
      checkParam(withinSentence(control.label), control.param, value as number);
    } else if (control.kind === 'choice') {
      const allowed = control.options.map((option) => option.value);
      check(
        allowed.includes(String(value)),
        `${withinSentence(control.label)} is '${value}'; it should be one of ${allowed.join(', ')}`,
      );
    }
  }
  check(
    masksIn(spec.masks).length <= MAX_MASKS,
    `there are ${masksIn(spec.masks).length} masks; a model has room for ${MAX_MASKS}`,
  );
  masksIn(spec.masks).forEach((mask, i) => checkMask(read(mask), i, spec)); // also those no layer uses: the page shows them
  checkHeads(spec);
  layersOf(spec); // the plan refuses stripes that do not fit
  check(
    packingOf(spec) === 'off' || !readsChunks(spec),
    `documents cannot be kept apart in a plan that reads averages of chunks: a chunk may hold the end of one document and the beginning of the next; read rows as one text, or choose another plan than ${plans.get(spec.plan).label}`,
  );
  const source = sourceOf(spec); // refuses characters that cannot be read
  if (source.kind === 'task') {
    const room = source.maxDistance(spec.context);
    check(
      room >= 1,
      `a context of ${spec.context} tokens is too short for ${source.label}; try ${Math.max(48, spec.context * 2)}`,
    );
    check(
      spec.distance <= room,
      `distance is ${spec.distance}; ${source.label} in a context of ${spec.context} tokens has room for ${room} at most; lower the distance or raise the context`,
    );
  }
}

/** Masks given as rows are for a fixed number of tokens and are undefined for any other. */
function checkMask(mask: Expression, i: number, { context }: RunSpec): void {
  for (const content of rowsIn(mask)) {
    const { T, queries } = readRows(content);
    check(
      queries === T,
      `mask ${i + 1} is kept as ${queries} rows of ${T} keys, and a training step needs a row for every token`,
    );
    check(
      T === context,
      `mask ${i + 1} is kept as rows of ${T} × ${T} tokens and the context is ${context} tokens; set the context to ${T}, or take a mask of ${context}`,
    );
  }
}

/** RoPE rotates pairs of numbers and the kernel loads four at a time, so the width of a head is a multiple of 4. */
function checkHeads({ width, heads, share }: RunSpec): void {
  const unit = 4 * heads;
  const below = Math.floor(width / unit) * unit;
  check(
    width % unit === 0,
    `width ${width} does not divide into ${heads} heads of 4, 8, 12, … numbers; try ${below > 0 ? `${below} or ` : ''}${below + unit}`,
  );
  check(
    heads % share === 0,
    `${heads} heads cannot share key-value heads by ${share}; try ${divisors(heads).join(', ')}`,
  );
}

const divisors = (n: number) =>
  Array.from({ length: n }, (_, i) => i + 1).filter((candidate) => n % candidate === 0);
