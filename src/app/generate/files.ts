/** @file Reads files the user chose or dropped as a model: one of our checkpoints, or a Hugging Face folder. */
import { check } from '../../core/check';
import { openHuggingFace } from '../../model/files/openFolder';
import {
  checkpointOf,
  isCheckpoint,
  MAX_CHECKPOINT_BYTES,
  unzipped,
} from '../../model/files/checkpoint';
import { openedCheckpoint, openedElsewhere, type OpenedModel } from '../../model/files/opened';
import { formatBytes } from '../../core/units';

/** Throws an InputError with a sentence if they are not a model. */
export async function readModelFiles(files: readonly File[]): Promise<OpenedModel> {
  const size = files.reduce((sum, file) => sum + file.size, 0);
  check(
    size <= MAX_CHECKPOINT_BYTES,
    `the files are ${formatBytes(size)}; up to ${formatBytes(MAX_CHECKPOINT_BYTES)} is read`,
  );
  const read = await Promise.all(
    files.map(async (file) => [file.name, new Uint8Array(await file.arrayBuffer())] as const),
  );
  const [first] = read;
  const found =
    read.length === 1 && first![0].endsWith('.zip') ? unzipped(first![1]) : new Map(read);
  const title = files[0]!.name.replace(/\.(zip|safetensors|json)$/, '');
  if (isCheckpoint(found)) return openedCheckpoint(title, checkpointOf(found));
  const { model, weights, vocabulary } = openHuggingFace(found);
  return openedElsewhere(title, model, weights, vocabulary);
}
