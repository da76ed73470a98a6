/** A file of the site as text; `path` from the page's own folder. Throws where it does not come. */
export async function textOf(path: string): Promise<string> {
  const url = new URL(path, document.baseURI);
  const answer = await fetch(url).catch(() => undefined);
  if (!answer?.ok) {
    throw new Error(`${path} could not be loaded (${answer ? answer.status : 'no answer'}).`);
  }
  return answer.text();
}
