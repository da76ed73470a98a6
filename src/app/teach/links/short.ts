/**
 * @file The short form of a link: '#/go/2…'. It contains the whole URL, packed; no server is involved, and it works as
 * long as the site does. The readable form is shown beside it and means the same.
 *
 * 2 · letters to read out( raw DEFLATE of the address with a preset dictionary (RFC 1950, FDICT) ) · three letters of
 * its CRC-32. Such links are made now.
 *
 * 1 · the same in base 32 · two letters of its CRC-32. A fifth shorter, but B, D, P and T were hard to tell apart when
 * read out. Such links are opened, and no longer made.
 *
 * Dictionary and letters are frozen with the number: others need a new one. Links already made are kept in
 * test/teach/short.test.ts, and must open forever.
 */
import { deflateSync, Inflate, strFromU8, strToU8 } from 'fflate';
import { base32, bytesOfBase32 } from '../../../core/base32';
import { crc32 } from '../../../core/crc32';
import { asSpoken, bytesOfSpoken, spoken } from '../../../core/spokenCode';
import { PAGES } from '../../route';
import words from './dictionary1.txt?raw';

const dictionary = strToU8(words);
const LONGEST = 4096; // characters of an address
const SLICE = 64; // bytes unpacked at a time, so that a decompression bomb is stopped early

/** How the packed address becomes letters, by the first character of a code. */
interface Form {
  write(packed: Uint8Array): string;
  /** Undefined if a letter is wrong. */
  read(letters: string): Uint8Array | undefined;
  /** Some letters of a CRC-32, at the end of the code. */
  check(sum: number): string;
  readonly checks: number;
  /** The letters as they are compared. */
  tidy(letters: string): string;
}

const FORMS: Readonly<Record<string, Form>> = {
  '1': {
    write: base32,
    read: bytesOfBase32,
    check: (sum) => base32(Uint8Array.of((sum >>> 8) & 255, sum & 255)).slice(0, 2),
    checks: 2,
    tidy: (letters) => letters.toLowerCase().replaceAll('o', '0').replaceAll(/[il]/g, '1'),
  },
  '2': {
    write: spoken,
    read: bytesOfSpoken,
    check: (sum) => spoken(Uint8Array.of((sum >>> 8) & 255, sum & 255)).slice(0, 3),
    checks: 3,
    tidy: asSpoken,
  },
};
const NOW = '2';

/** Converts '#/lessons/03-reach?v=1' to '#/go/2…'; undefined if it is too long. `version` 1 is for tests. */
export function shortOf(hash: string, version: '1' | '2' = NOW): string | undefined {
  const address = hash.replace(/^#\/?/, '');
  if (!isAddress(address)) return undefined;
  // fflate accepts a dictionary of up to 32 KiB; this one is smaller, at 8 KiB.
  const packed = deflateSync(strToU8(address), { level: 9, dictionary });
  const { write, check } = FORMS[version]!;
  return `#/go/${version}${write(packed)}${check(crc32(packed))}`;
}

/** The URL in a code, as '#/…'; or why it cannot be opened, in words. */
export function openShort(code: string): { readonly hash: string } | { readonly why: string } {
  const letters = code.replaceAll(/[\s-]/g, '');
  // In base 32, i and l mean 1.
  const form = FORMS[/^[il]/i.test(letters) ? '1' : letters.slice(0, 1)];
  if (letters !== '' && !form)
    return { why: 'The short link was made by a newer version of this site, or is not one.' };
  if (!form || letters.length < 2 + form.checks || letters.length > 4 * LONGEST)
    return { why: 'The short link is incomplete.' };
  const packed = form.read(letters.slice(1, -form.checks));
  if (!packed || form.check(crc32(packed)) !== form.tidy(letters.slice(-form.checks)))
    return { why: 'The short link is incomplete or has a wrong letter.' };
  const address = inflated(packed);
  return address !== undefined && isAddress(address)
    ? { hash: `#/${address}` }
    : { why: 'The short link leads to no page of this site.' };
}

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
