/** @file A model as a ZIP of a Hugging Face folder. */
import { exportFiles } from '../../model/files/exportFolder';
import { zipped } from '../../model/files/checkpoint';
import type { OpenedModel } from '../../model/files/opened';
import { VERSION } from '../version';

export function exportZip({ title, model, weights, lettering, checkpoint }: OpenedModel) {
  const { vocabulary } = lettering;
  const characters = lettering.bytes
    ? 'bytes'
    : Array.from({ length: vocabulary.size }, (_, id) => lettering.write([id]));
  const lines = checkpoint
    ? [`Trained by Zebra Lab ${VERSION}: ${checkpoint.step} steps, seed ${checkpoint.spec.seed}.`]
    : [`Opened and exported by Zebra Lab ${VERSION}.`];
  return zipped(
    exportFiles({ model, weights, vocabulary: characters, provenance: { title, lines } }),
  );
}
