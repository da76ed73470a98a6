/**
 * @file The short form of a link: '#/go/1…'. It contains the whole URL, packed; no server is involved, and it works as
 * long as the site does. The readable form is shown beside it and means the same.
 *
 * 1 · base32( raw DEFLATE of the address with a preset dictionary (RFC 1950, FDICT) ) · two letters of its CRC-32
 *
 * The dictionary is frozen with the 1: a new one needs a new number. Links already made are kept in
 * test/teach/short.test.ts, and must open forever.
 */
import { deflateSync, Inflate, strFromU8, strToU8 } from 'fflate';
import { base32, bytesOfBase32 } from '../../../core/base32';
import { crc32 } from '../../../core/crc32';
import { PAGES } from '../../route';
import words from './dictionary1.txt?raw';

const VERSION = '1';
const dictionary = strToU8(words);
const LONGEST = 4096; // characters of an address
const SLICE = 64; // bytes unpacked at a time, so that a decompression bomb is stopped early
const CHECK = 2; // letters

/** Converts '#/lessons/03-reach?v=1' to '#/go/1…'; undefined if it is too long. */
export function shortOf(hash: string): string | undefined {
  const address = hash.replace(/^#\/?/, '');
  if (!isAddress(address)) return undefined;
  // fflate accepts a dictionary of up to 32 KiB; this one is smaller, at 8 KiB.
  const packed = deflateSync(strToU8(address), { level: 9, dictionary });
  return `#/go/${VERSION}${base32(packed)}${checkOf(packed)}`;
}

/** The URL in a code, as '#/…'; or why it cannot be opened, in words. */
export function openShort(code: string): { readonly hash: string } | { readonly why: string } {
  const tidy = code.replaceAll(/[\s-]/g, '');
  if (tidy.length < 2 + CHECK || tidy.length > 2 * LONGEST)
    return { why: 'The short link is incomplete.' };
  if (tidy[0] !== VERSION && !/^[il]/i.test(tidy))
    return { why: 'The short link was made by a newer version of this site, or is not one.' };
  const packed = bytesOfBase32(tidy.slice(1, -CHECK));
  const check = tidy.slice(-CHECK).toLowerCase().replaceAll('o', '0').replaceAll(/[il]/g, '1');
  if (!packed || checkOf(packed) !== check)
    return { why: 'The short link is incomplete or has a wrong letter.' };
  const address = inflated(packed);
  return address !== undefined && isAddress(address)
    ? { hash: `#/${address}` }
    : { why: 'The short link leads to no page of this site.' };
}

const checkOf = (packed: Uint8Array): string => {
  const sum = crc32(packed);
  return base32(Uint8Array.of((sum >>> 8) & 255, sum & 255)).slice(0, CHECK);
};

/** Whether it is a page of the site, and not another short link. */
const isAddress = (address: string): boolean =>
  address.length <= LONGEST &&
  /^[\x21-\x7e]+$/.test(address) &&
  PAGES.some(({ id }) => id !== 'go' && new RegExp(`^${id}(?:[/?]|$)`).test(address));

function inflated(packed: Uint8Array): string | undefined {
  const out = new Uint8Array(LONGEST);
  let size = 0;
  let whole = false;
  try {
    const stream = new Inflate({ dictionary }, (chunk, final) => {
      if (size + chunk.length > LONGEST) throw new RangeError('too long');
      out.set(chunk, size);
      size += chunk.length;
      whole = final;
    });
    for (let at = 0; at < packed.length; at += SLICE)
      stream.push(packed.subarray(at, at + SLICE), at + SLICE >= packed.length);
  } catch {
    return undefined;
  }
  return whole ? strFromU8(out.subarray(0, size)) : undefined;
}
