/** @file Code that a page loads after it has drawn its first controls. */

export class Later<Code> {
  /** Undefined until it has been loaded. */
  code = $state.raw<Code | undefined>();
  failed = $state(false);
  #tries = 0;

  constructor(private readonly fetch: () => Promise<Code>) {}

  load = async (): Promise<void> => {
    this.failed = false;
    try {
      this.code = await this.fetch();
    } catch {
      this.failed = true;
    }
  };

  /** Some browsers remember that a script could not be fetched: then only a reload helps. */
  again = (): void => {
    if (this.#tries > 0) location.reload();
    this.#tries++;
    void this.load();
  };

  /** The browser is online again. */
  online = (): void => {
    if (this.failed) void this.load();
  };
}
