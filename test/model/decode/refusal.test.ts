/** @file A decoder whose memory is refused while its caches are made keeps none of it. */
import { expect, test } from 'vitest';
import { patternSpec } from '../../../src/attention/registry';
import { Decoder } from '../../../src/model/decode/decoder';
import { Loops } from '../../../src/model/decode/loops';
import { plainStore, type Room } from '../../../src/model/decode/room';
import { initialWeights } from '../../../src/model/weights';
import { small } from '../small';

/** Allows `most` rooms at a time. */
class Counted extends Loops {
  readonly held = new Set<Room>();
  most = Infinity;

  override readonly room = (length: number): Room => {
    if (this.held.size >= this.most) throw new RangeError('out of memory');
    const room = plainStore.room(length);
    this.held.add(room);
    return room;
  };

  override readonly release = (room: Room): void => {
    if (!this.held.delete(room)) throw new Error('released twice');
  };
}

test('what was made before the refusal is given back, at whichever room it comes', () => {
  const layers = ['global', 'approximate'].map((id) => patternSpec(id, { window: 5, chunk: 3 }));
  const m = { ...small.modelOf(layers), pool: 'pre' as const };
  const weights = initialWeights(m, 1);
  const rooms = new Counted(m, weights);
  const all = new Decoder(m, weights, {}, rooms);
  const needed = rooms.held.size;
  all.release();
  expect([needed, rooms.held.size]).toEqual([9, 0]);
  for (rooms.most = 0; rooms.most < needed; rooms.most++) {
    expect(() => new Decoder(m, weights, {}, rooms)).toThrow(RangeError);
    expect(rooms.held.size).toBe(0);
  }
});
