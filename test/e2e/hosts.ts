/**
 * @file Small web servers next to the suite’s own: one serves the built site without extra headers, one counts
 * requests.
 */
import { readFile, stat } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { gzipSync } from 'node:zlib';

export interface Host {
  readonly url: string; // ends with a slash, or with a query
  close(): Promise<void>;
}

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

async function listening(server: Server, root = '/'): Promise<Host> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${root}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export interface Plain {
  /** The folder of the built site; asked for every file, so that a test may put another version there. */
  readonly site?: () => string;
  /** Headers of every answer; none by default. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Files that are served empty. */
  readonly spoilt?: RegExp;
  /** Files that are not there. */
  readonly missing?: RegExp;
  /** Changes the home page before it is sent. */
  readonly page?: (html: string) => string;
  /** The site may install its service worker, which isolates pages; otherwise the address says no. */
  readonly isolates?: boolean;
  /** Called with the path of each request. */
  readonly arrives?: (path: string) => void;
  /** Code put in front of the scripts whose path matches. */
  readonly before?: readonly (readonly [path: RegExp, code: string])[];
  /** The site's folder on the host, without slashes; by default, the site is at the host's root. */
  readonly folder?: string;
  /** A folder whose files take the place of the built site's, or are added to them. */
  readonly over?: string;
  /** Answers 'lab' with the page 'lab/' instead of redirecting there. */
  readonly slashless?: boolean;
  /** Sends files compressed. */
  readonly packed?: boolean;
  /** Serves a folder only under the name of its file, as learning systems do. */
  readonly filesOnly?: boolean;
}

/** The built site on a host that sends no policy of its own, as many static hosts do: folders have an index and a slash. */
export async function plainHost({
  site = () => 'dist',
  headers = {},
  spoilt,
  missing,
  page = (html) => html,
  isolates = false,
  arrives = () => {},
  before = [],
  folder,
  over,
  slashless = false,
  packed = false,
  filesOnly = false,
}: Plain = {}): Promise<Host> {
  const root = folder === undefined ? '/' : `/${folder}/`;
  const answer: RequestListener = async (request, response) => {
    const { pathname } = new URL(request.url!, 'http://host');
    arrives(pathname);
    const below = pathname.startsWith(root) ? `/${pathname.slice(root.length)}` : undefined;
    let path = normalize(below ?? '/404.html');
    const isIn = async (root: string) =>
      (await stat(join(root, path)).catch(() => undefined))?.isDirectory();
    const isFolder = (over !== undefined && (await isIn(over))) || (await isIn(site()));
    if (isFolder && !filesOnly) {
      if (!path.endsWith('/') && !slashless)
        return void response.writeHead(301, { Location: `${pathname}/` }).end();
      path = join(path, 'index.html');
    }
    const bytes = spoilt?.test(path)
      ? Buffer.alloc(0)
      : await readFile(join(over ?? site(), path)).catch(() =>
          readFile(join(site(), path)).catch(() => undefined),
        );
    if (!bytes || below === undefined || missing?.test(path)) {
      const instead = await readFile(join(site(), '404.html')).catch(() => '');
      return void response.writeHead(404, { 'Content-Type': 'text/html' }).end(instead);
    }
    const code = before
      .filter(([which]) => which.test(path))
      .map(([, text]) => `(() => {${text}})();`);
    const body =
      path === '/index.html'
        ? page(bytes.toString())
        : Buffer.concat([Buffer.from(code.join('')), bytes]);
    const type = TYPES[extname(path)] ?? 'application/octet-stream';
    response
      .writeHead(200, {
        'Content-Type': type,
        ...(packed && { 'Content-Encoding': 'gzip' }),
        ...headers,
      })
      .end(packed ? gzipSync(body, { level: 6 }) : body);
  };
  const host = await listening(createServer(answer), root);
  return isolates ? host : { ...host, url: `${host.url}?isolation=off` };
}

/** A plain host of these files, and of pages that it writes. `missing` lists what else was asked. */
export async function folderHost(
  files: ReadonlyMap<string, Uint8Array>,
  page: (path: string) => string,
): Promise<Host & { readonly missing: readonly string[] }> {
  const missing: string[] = [];
  const server = createServer(({ url }, response) => {
    const { pathname } = new URL(url!, 'http://host');
    const written = page(pathname);
    const body = written || files.get(pathname);
    if (body === undefined) {
      if (pathname !== '/favicon.ico') missing.push(pathname);
      return void response.writeHead(404).end();
    }
    const type = written ? 'text/html' : (TYPES[extname(pathname)] ?? 'application/octet-stream');
    response.writeHead(200, { 'Content-Type': type }).end(body);
  });
  return { ...(await listening(server)), missing };
}

/** A foreign host. `arrived` lists the last part of the path of each request, in order of arrival. */
export async function elsewhere(): Promise<Host & { readonly arrived: readonly string[] }> {
  const arrived: string[] = [];
  const note = (url = '') => arrived.push(url.split('/').at(-1)!);
  const server = createServer(({ url }, response) => {
    note(url);
    response.writeHead(200, { 'Access-Control-Allow-Origin': '*' }).end();
  });
  server.on('upgrade', ({ url }, socket) => {
    note(url);
    socket.destroy();
  });
  return { ...(await listening(server)), arrived };
}
