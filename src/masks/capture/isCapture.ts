import { unzipSync } from 'fflate';
import { isZip } from '../foreign/npz';

/** The member of the archive that says what its others are. */
export const MANIFEST = 'zebra-lab.json';

/** Whether these bytes may be a capture: the name of the manifest is in the directory of the archive. */
export function isCapture(bytes: Uint8Array): boolean {
  if (!isZip(bytes)) return false;
  let found = false;
  try {
    unzipSync(bytes, {
      filter({ name }) {
        found ||= name === MANIFEST;
        return false;
      },
    });
  } catch {
    return false;
  }
  return found;
}
