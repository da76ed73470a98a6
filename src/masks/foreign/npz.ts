/** @file NumPy's .npz: a ZIP of .npy files, compressed or not. */
import { unzipSync } from 'fflate';
import { check, InputError } from '../../core/check';
import { formatInteger } from '../../core/numbers';
import { MAX_BYTES, type Foreign, type Tensor, type Unread } from './matrix';
import { isNpy, readNpy } from './npy';

export const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b;

/** Maximum arrays of an archive. */
const MAX_ARRAYS = 512;

/**
 * The arrays of an archive, by name; if some can be read, the others are listed with the reason. The sizes it declares
 * are checked before anything is unpacked.
 */
export function readNpz(bytes: Uint8Array): Pick<Foreign, 'tensors' | 'unread'> {
  let [total, arrays] = [0, 0];
  const names: string[] = [];
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(bytes, {
      filter({ name, originalSize }) {
        names.push(name);
        if (!name.endsWith('.npy')) return false;
        total += originalSize;
        check(
          total <= MAX_BYTES && ++arrays <= MAX_ARRAYS,
          `the archive unpacks to more than ${formatInteger(MAX_BYTES)} bytes, or has more than ${MAX_ARRAYS} arrays; save the mask by itself with np.save('mask.npy', mask)`,
        );
        return true;
      },
    });
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError('the archive cannot be unpacked; it is broken or cut short');
  }
  const found = Object.entries(files);
  check(
    found.length > 0,
    names.length === 0
      ? `the archive holds nothing and no .npy; save the mask with np.savez('masks.npz', mask=mask)`
      : `the archive holds ${names.slice(0, 3).join(', ')} and no .npy; save the mask with np.savez('masks.npz', mask=mask)`,
  );
  const tensors: Tensor[] = [];
  const unread: Unread[] = [];
  for (const [file, content] of found) {
    const name = file.replace(/\.npy$/, '');
    try {
      check(isNpy(content), `'${name}' in the archive does not begin as a .npy does`);
      tensors.push(readNpy(content, name));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      unread.push({ name, why: error.message });
    }
  }
  check(tensors.length > 0, unread[0]?.why ?? '');
  return { tensors, ...(unread.length > 0 && { unread }) };
}
