import { fetchedText, reasonOf } from '../workers/fetched';

/** A file of the site as text; `path` is relative to the page's own folder. Throws if it cannot be fetched. */
export async function textOf(path: string): Promise<string> {
  try {
    return await fetchedText(new URL(path, document.baseURI));
  } catch (cause) {
    throw new Error(`${path} could not be loaded (${reasonOf(cause)}).`, { cause });
  }
}
