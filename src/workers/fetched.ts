/** @file Fetches a URL completely. Gives up if the host stops sending. */

/** Milliseconds without a single byte before giving up on the host; a slow one may take as long as it needs. */
const SILENCE = 30_000;

/** Rejects with the reason alone: '404', 'no answer', 'nothing came for 30 s'. The caller adds what it requested. */
export async function fetched(
  url: URL | string,
  silence = SILENCE,
): Promise<Uint8Array<ArrayBuffer>> {
  const giveUp = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const listen = () => {
    clearTimeout(timer);
    timer = setTimeout(() => giveUp.abort(), silence);
  };
  const parts: Uint8Array<ArrayBuffer>[] = [];
  try {
    listen();
    const answer = await fetch(url, { signal: giveUp.signal });
    if (!answer.ok) throw new Error(String(answer.status));
    const reader = answer.body?.getReader();
    for (;;) {
      listen();
      const { value } = (await reader?.read()) ?? {};
      if (!value) break;
      parts.push(value);
    }
  } catch (cause) {
    if (giveUp.signal.aborted) {
      throw new Error(`nothing came for ${silence / 1000} s`, { cause });
    }
    throw cause instanceof TypeError ? new Error('no answer', { cause }) : cause;
  } finally {
    clearTimeout(timer);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** Likewise, as text. */
export const fetchedText = async (url: URL | string, silence = SILENCE): Promise<string> =>
  new TextDecoder().decode(await fetched(url, silence));

export const reasonOf = (cause: unknown) =>
  cause instanceof Error ? cause.message : String(cause);
