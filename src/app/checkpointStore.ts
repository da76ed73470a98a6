/**
 * @file Checkpoints in this browser's own file system (OPFS). Writes are atomic: data goes to a copy that replaces the
 * old file when it is closed. Nothing leaves the machine.
 */
export interface Stored {
  readonly name: string;
  readonly bytes: number;
  readonly when: number; // ms since 1970
}

/** The browser cannot keep the file, or refuses to. */
export class NotKept extends Error {
  override name = 'NotKept';
}

async function folderCalled(name: string): Promise<FileSystemDirectoryHandle> {
  // Missing in some browsers, in private windows and on pages without https.
  const storage = (navigator as { storage?: StorageManager }).storage;
  if (!storage?.getDirectory) throw new NotKept('This browser has no storage for files here');
  const root = await storage.getDirectory();
  return root.getDirectoryHandle(name, { create: true });
}

/**
 * Files of one kind in their own folder; `instead` tells users what to do if this storage is unavailable.
 */
export function storeOf(name: string, instead: string) {
  const folder = () => folderCalled(name);

  /** A readable message for any error. */
  const said = (error: unknown): NotKept => {
    if (error instanceof NotKept) return new NotKept(`${error.message}; ${instead}.`);
    const kind = error instanceof Error ? error.name : '';
    if (kind === 'QuotaExceededError')
      return new NotKept(`The storage of this browser is full; ${instead}.`);
    return new NotKept(
      `This browser does not let the page keep files (${kind || String(error)}); ${instead}.`,
    );
  };

  return {
    async keep(name: string, bytes: Uint8Array<ArrayBuffer> | Blob): Promise<void> {
      try {
        const handle = await (await folder()).getFileHandle(name, { create: true });
        const stream = await handle.createWritable();
        try {
          await stream.write(bytes);
          await stream.close();
        } catch (error) {
          await stream.abort().catch(() => {});
          throw error;
        }
      } catch (error) {
        throw said(error);
      }
    },

    /** Newest first; empty if nothing can be stored. */
    async stored(): Promise<readonly Stored[]> {
      try {
        const found: Stored[] = [];
        for await (const handle of (await folder()).values()) {
          if (handle.kind !== 'file') continue;
          const file = await handle.getFile();
          if (file.size > 0)
            found.push({ name: handle.name, bytes: file.size, when: file.lastModified });
        }
        return found.sort((a, b) => b.when - a.when);
      } catch {
        return [];
      }
    },

    /** The whole file, or its first `most` bytes. */
    async fetchStored(name: string, most = Infinity): Promise<Uint8Array<ArrayBuffer>> {
      try {
        const file = await (await (await folder()).getFileHandle(name)).getFile();
        return new Uint8Array(await file.slice(0, Math.min(most, file.size)).arrayBuffer());
      } catch (error) {
        throw said(error);
      }
    },

    async forget(name: string): Promise<void> {
      try {
        await (await folder()).removeEntry(name);
      } catch {
        // The file was already deleted.
      }
    },
  };
}

export type Store = ReturnType<typeof storeOf>;

export const { keep, stored, fetchStored, forget } = storeOf(
  'zebra-lab-checkpoints',
  'download the file instead',
);
