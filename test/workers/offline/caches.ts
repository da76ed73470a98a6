/** @file Caches of a browser, in memory, with as much of their interface as the site uses. */

class MemoryCache {
  readonly entries = new Map<string, { readonly bytes: ArrayBuffer; readonly type: string }>();
  /** Set to make the browser refuse. */
  full = false;

  async put(url: string, response: Response): Promise<void> {
    if (this.full) throw new DOMException('full', 'QuotaExceededError');
    const type = response.headers.get('Content-Type') ?? '';
    this.entries.set(url, { bytes: await response.arrayBuffer(), type });
  }

  async match(url: string): Promise<Response | undefined> {
    const found = this.entries.get(url);
    return found && new Response(found.bytes, { headers: { 'Content-Type': found.type } });
  }

  async keys(): Promise<readonly { url: string }[]> {
    return [...this.entries.keys()].map((url) => ({ url }));
  }
}

export class MemoryCaches {
  readonly all = new Map<string, MemoryCache>();

  async open(name: string): Promise<MemoryCache> {
    const found = this.all.get(name) ?? new MemoryCache();
    this.all.set(name, found);
    return found;
  }

  keys = async () => [...this.all.keys()];
  delete = async (name: string) => this.all.delete(name);

  /** As the browser's own. */
  get asStorage(): CacheStorage {
    return this as unknown as CacheStorage;
  }
}
