/** @file Serves the page, and opens it if there is a desktop. */
import { createServer } from 'vite';

const desktop =
  process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
const server = await createServer({ server: { open: desktop } });
await server.listen();
server.printUrls();
