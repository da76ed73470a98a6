/** @file Fetches and compiles a WebAssembly module. */

/** Rejects if the file is missing or the machine does not support SIMD. */
export async function moduleAt(url: string): Promise<WebAssembly.Module> {
  // Relative to this module: a worker's location may be a blob:, against which no path resolves.
  const answer = await fetch(new URL(url, import.meta.url));
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return WebAssembly.compile(await answer.arrayBuffer());
}
