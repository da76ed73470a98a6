#!/usr/bin/env node
/**
 * @file Serves the folder `site` beside this one, with the headers that its pages need. Needs nothing but Node.js 14.
 *
 *   node serve.mjs [--room] [--port 8177] [--site FOLDER]
 *
 * Without --room only this computer can open it. serve.py does the same in Python.
 */
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { networkInterfaces } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
const PORT = 8177; // always the same, because a browser keeps answers and progress by address
const TRIES = 20;
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.zip': 'application/zip',
  '.png': 'image/png',
};

const given = process.argv.slice(2);
const valueOf = (name) => (given.includes(name) ? given[given.indexOf(name) + 1] : undefined);
const room = given.includes('--room');
const site = valueOf('--site') || join(HERE, '..', 'site');
const wanted = valueOf('--port');
const headers = JSON.parse(readFileSync(join(HERE, 'headers.json'), 'utf8'));

/** The parts of a URL's path; undefined if it could lead out of the site. */
function partsOf(url) {
  try {
    const path = decodeURIComponent(url.replace(/[?#].*$/s, ''));
    const parts = path.split('/').filter(Boolean);
    const odd = /[\\\0:]/.test(path) || parts.some((part) => part.startsWith('.'));
    return path.startsWith('/') && !odd ? parts : undefined;
  } catch {
    return undefined; // not a URL
  }
}

function statOf(path) {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function answer({ method, url }, response) {
  const send = (status, path, more = {}) => {
    const about = path && statOf(path);
    const type = path && (TYPES[extname(path)] || 'application/octet-stream');
    response.writeHead(status, {
      ...headers,
      'Cache-Control': 'no-cache',
      'Content-Length': about ? about.size : 0,
      ...(about && { 'Content-Type': type }),
      ...more,
    });
    if (!about || method === 'HEAD') return response.end();
    createReadStream(path)
      .on('error', () => response.destroy())
      .pipe(response);
  };
  if (method !== 'GET' && method !== 'HEAD') return send(405, undefined, { Allow: 'GET, HEAD' });
  const notFound = () => send(404, join(site, '404.html'));
  const parts = partsOf(url);
  if (!parts) return notFound();
  let path = join(site, ...parts);
  const about = statOf(path);
  if (about && about.isDirectory()) {
    const [, before, query] = /^([^?#]*)([^#]*)/.exec(url);
    if (!statOf(join(path, 'index.html'))) return notFound();
    if (!before.endsWith('/'))
      return send(301, undefined, {
        Location: `/${parts.map(encodeURIComponent).join('/')}/${query}`,
      });
    path = join(path, 'index.html');
  } else if (!about || url.replace(/[?#].*$/s, '').endsWith('/')) return notFound();
  const forever = parts[0] === 'assets' ? { 'Cache-Control': 'max-age=31536000, immutable' } : {};
  send(200, path, forever);
}

function say(port) {
  console.log('\nZebra Lab is running. Keep this window open; close it to stop.\n');
  console.log(`  On this computer:    http://localhost:${port}/`);
  if (room) {
    const all = Object.values(networkInterfaces()).reduce((found, one) => found.concat(one), []);
    const addresses = all.filter(
      ({ family, internal }) => !internal && [4, 'IPv4'].includes(family),
    );
    for (const { address } of addresses)
      console.log(`  On other computers:  http://${address}:${port}/`);
    if (addresses.length === 0)
      console.log('  This computer is in no network, so others cannot open it.');
    console.log(`\n${readFileSync(join(HERE, 'room.txt'), 'utf8').trim()}`);
  }
  console.log('');
}

function listen(port, tries) {
  const server = createServer(answer);
  server.on('error', (error) => {
    if (error.code !== 'EADDRINUSE' || tries === 0) {
      console.error(`Zebra Lab could not start: ${error.message}`);
      process.exit(1);
    }
    if (port === PORT)
      console.log(`Port ${PORT} is taken, so this is a different address: answers and progress of other times are not found there.`); // prettier-ignore
    listen(port + 1, tries - 1);
  });
  server.listen(port, room ? '0.0.0.0' : '127.0.0.1', () => say(server.address().port));
}

if (!statOf(join(site, 'index.html'))) {
  console.error(`${site} does not contain the site.`);
  process.exit(1);
}
listen(wanted === undefined ? PORT : Number(wanted), wanted === undefined ? TRIES : 0);
