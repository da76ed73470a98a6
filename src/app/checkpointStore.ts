/**
 * @file Checkpoints in this browser's own file system (OPFS). A file is written whole or not at all: what is written
 * goes to a copy that takes the place of the old one when it is closed. Nothing leaves the machine.
 */
export interface Stored {
  readonly name: string;
  readonly bytes: number;
  readonly when: number; // ms since 1970
}

/** The browser cannot or will not keep it. */
export class NotKept extends Error {
  override name = 'NotKept';
}

async function folderCalled(name: string): Promise<FileSystemDirectoryHandle> {
  // In some browsers, in private windows and on pages without https there is none.
  const storage = (navigator as { storage?: StorageManager }).storage;
  if (!storage?.getDirectory) throw new NotKept('This browser has no storage for files here');
  const root = await storage.getDirectory();
  return root.getDirectoryHandle(name, { create: true });
}

/** Files of one kind in a folder of their own; `instead` says what a person can do who needs them and cannot have them. */
export function storeOf(name: string, instead: string) {
  const folder = () => folderCalled(name);

  /** Words for whatever went wrong. */
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

    /** The newest first; none where nothing can be kept. */
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

    /** All of it, or its first `most` bytes. */
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
        // It is not there any more.
      }
    },
  };
}

export type Store = ReturnType<typeof storeOf>;

export const { keep, stored, fetchStored, forget } = storeOf(
  'zebra-lab-checkpoints',
  'download the file instead',
);
