import { fetchedText, reasonOf } from '../workers/fetched';
import { siteRoot } from '../workers/site';

/** A file of the site as text; `path` is relative to the site's root. Throws if it cannot be fetched. */
export async function textOf(path: string): Promise<string> {
  try {
    return await fetchedText(new URL(path, siteRoot()));
  } catch (cause) {
    throw new Error(`${path} could not be loaded (${reasonOf(cause)}).`, { cause });
  }
}
