/* eslint-disable-next-line @typescript-eslint/no-explicit-any -- the exports of a file that is only known when it runs */
export function bundled(entry: string): Promise<any>;
export function bundledUrl(entry: string): Promise<string>;
