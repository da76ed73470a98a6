/** @file Small PNGs (PNG, 3rd edition) in 16 greys, and a line of text inside one: what a picture was made from. */
import { crc32, deflateSync } from 'node:zlib';

const SIGNATURE = 8; // bytes

function* chunksOf(png) {
  for (let at = SIGNATURE; at < png.length;) {
    const size = png.readUInt32BE(at);
    yield {
      at,
      type: png.toString('latin1', at + 4, at + 8),
      data: png.subarray(at + 8, at + 8 + size),
    };
    at += 12 + size;
  }
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}

/** `greys` has a byte per pixel, row-major; `text` is stored under `keyword`. */
export function pngOf({ width, height }, greys, keyword, text) {
  const bytes = Math.ceil(width / 2); // 4 bits per pixel
  const rows = Buffer.alloc((bytes + 1) * height); // each begins with its filter: none
  for (let i = 0; i < greys.length; i++) {
    const x = i % width;
    const at = Math.floor(i / width) * (bytes + 1) + 1 + (x >> 1);
    rows[at] |= Math.round(greys[i] / 17) << (x % 2 === 0 ? 4 : 0);
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head[8] = 4; // bits; the colour type 0 is grey
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    chunk('tEXt', Buffer.from(`${keyword}\0${text}`, 'latin1')),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Undefined if the PNG has no such text. */
export function textIn(png, keyword) {
  for (const { type, data } of chunksOf(png)) {
    const text = data.toString('latin1');
    if (type === 'tEXt' && text.startsWith(`${keyword}\0`)) return text.slice(keyword.length + 1);
  }
  return undefined;
}

export const sizeOf = (png) => ({ width: png.readUInt32BE(16), height: png.readUInt32BE(20) });
