/**
 * @file Checkpoints in this browser's own file system (OPFS). A file is written whole or not at all: what is written
 * goes to a copy that takes the place of the old one when it is closed. Nothing leaves the machine.
 */
const FOLDER = 'zebra-lab-checkpoints';

export interface Stored {
  readonly name: string;
  readonly bytes: number;
  readonly when: number; // ms since 1970
}

/** The browser cannot or will not keep it. */
export class NotKept extends Error {
  override name = 'NotKept';
}

async function folder(): Promise<FileSystemDirectoryHandle> {
  // In some browsers, in private windows and on pages without https there is none.
  const storage = (navigator as { storage?: StorageManager }).storage;
  if (!storage?.getDirectory)
    throw new NotKept('This browser has no storage for files here; download the file instead.');
  const root = await storage.getDirectory();
  return root.getDirectoryHandle(FOLDER, { create: true });
}

/** Words for whatever went wrong. */
const said = (error: unknown): NotKept => {
  if (error instanceof NotKept) return error;
  const name = error instanceof Error ? error.name : '';
  if (name === 'QuotaExceededError')
    return new NotKept('The storage of this browser is full; download the file instead.');
  return new NotKept(
    `This browser does not let the page keep files (${name || String(error)}); download the file instead.`,
  );
};

export async function keep(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
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
}

/** The newest first; none where nothing can be kept. */
export async function stored(): Promise<readonly Stored[]> {
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
}

export async function fetchStored(name: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const file = await (await (await folder()).getFileHandle(name)).getFile();
    return new Uint8Array(await file.arrayBuffer());
  } catch (error) {
    throw said(error);
  }
}

export async function forget(name: string): Promise<void> {
  try {
    await (await folder()).removeEntry(name);
  } catch {
    // It is not there any more.
  }
}
