/**
 * @file The Content-Security-Policy that keeps "nothing you type leaves your machine", and the plugin that puts it
 * where a browser reads it: a meta tag in every built page, `_headers` for hosts that read that file, and the responses
 * of `vite preview`. The development server does without, because it inlines scripts and styles.
 *
 * Workers are under the policy on every host, with headers or without: the site starts only blob: workers, and a blob:
 * worker inherits the policy of the page that created it (src/workers/startWorker.ts). A worker started from its own URL
 * would have only the policy of its own response headers, which a plain static host does not send. `worker-src` allows
 * the site's own URLs for one script: the service worker, which isolates pages and answers without a network.
 */

/** `default-src` refuses whatever is not listed here. Framing is allowed: course pages embed lessons. */
const DIRECTIVES = {
  'default-src': "'none'",
  'script-src': "'self' 'wasm-unsafe-eval'", // WebAssembly, but neither eval nor inline scripts
  'worker-src': "'self' blob:",
  'style-src': "'self'",
  'img-src': "'self' data:", // the icons, and figures being converted to PNG
  'connect-src': "'self'",
  'manifest-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
};

export const POLICY = Object.entries(DIRECTIVES)
  .map(([name, sources]) => `${name} ${sources}`)
  .join('; ');

/**
 * What a host that sends headers should also send: the page is then cross-origin isolated, and WebAssembly may share
 * memory between threads. Without them it uses one thread. The last one lets isolated course pages embed lessons.
 */
export const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'cross-origin',
};

/** The format Netlify and Cloudflare Pages share. */
const HEADERS = `/*\n${Object.entries({ 'Content-Security-Policy': POLICY, ...ISOLATION })
  .map(([name, value]) => `  ${name}: ${value}\n`)
  .join('')}`;

/**
 * Sends what isolates a page, in development and in preview.
 * @returns {import('vite').Plugin}
 */
export function isolation() {
  const send = (server) =>
    void server.middlewares.use((_request, response, next) => {
      for (const [name, value] of Object.entries(ISOLATION)) response.setHeader(name, value);
      next();
    });
  return { name: 'zebra-isolation', configureServer: send, configurePreviewServer: send };
}

/** @returns {import('vite').Plugin} */
export function policy() {
  return {
    name: 'zebra-policy',
    apply: (_, { command, isPreview }) => command === 'build' || isPreview === true,
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY },
        injectTo: 'head-prepend', // it covers only what follows it
      },
    ],
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: '_headers', source: HEADERS });
    },
    configurePreviewServer(server) {
      server.middlewares.use((_request, response, next) => {
        response.setHeader('Content-Security-Policy', POLICY);
        next();
      });
    },
  };
}
