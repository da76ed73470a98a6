/**
 * @file Every pattern can be requested by its letter in a link and in a lesson, and appears wherever letters are
 * listed.
 */
import { expect, test } from 'vitest';
import { lettersOf } from '../../src/attention/plans';
import { patterns, patternOfLetter } from '../../src/attention/registry';
import { settingsOf } from '../../src/lessons/settings';
import { layersOf, type Setting } from '../../src/spec/run';
import { controlOf, DEFAULTS } from '../../src/spec/controls';
import { fromQuery, toQuery } from '../../src/spec/url';

test.each(patterns.all.map(({ id, letter }) => [letter, id] as const))(
  'stripes=G%s%s%s in a link gives those layers',
  (letter, id) => {
    const stripes = `G${letter.repeat(3)}`;
    const { spec, notes } = fromQuery(`v=1&plan=custom&stripes=${stripes}&window=6&layers=4`);
    expect(notes).toEqual([]);
    const layers = layersOf(spec);
    expect(lettersOf(layers)).toBe(stripes);
    expect(layers[3]).toEqual({
      pattern: id,
      params: Object.fromEntries(
        Object.keys(patterns.get(id).params).map((name) => [
          name,
          name === 'window' ? 6 : DEFAULTS.chunk,
        ]),
      ),
    });
    expect(fromQuery(toQuery(spec)).spec).toEqual(spec);
    expect(settingsOf({ stripes }, 'a scene')).toEqual({ stripes });
  },
);

test.each(patterns.all.map(({ id, letter, params }) => [id, letter, Object.keys(params)] as const))(
  'a plan of %s layers needs their widths, and no others',
  (_, letter, params) => {
    const asks = (stripes: string, name: Setting) =>
      controlOf(name).relevant!({
        ...DEFAULTS,
        plan: 'custom',
        stripes,
        masks: 'causal & window(3)',
      });
    for (const stripes of [letter.repeat(4), `11${letter}1`]) {
      expect(asks(stripes, 'window'), stripes).toBe(params.includes('window'));
      expect(asks(stripes, 'chunk'), stripes).toBe(params.includes('chunk'));
      expect(asks(stripes, 'pool'), stripes).toBe(params.includes('chunk'));
    }
    // A mask contains its own numbers.
    for (const name of ['window', 'chunk', 'pool'] as const) expect(asks('1111', name)).toBe(false);
  },
);

test('letters are told apart, and an unknown one lists the known ones', () => {
  expect(new Set(patterns.all.map(({ letter }) => letter)).size).toBe(patterns.all.length);
  expect(() => patternOfLetter('Z')).toThrow(/'Z' is not a layer; write .*K \(sinks\)/);
});

test('a mask that cannot be read is refused in words, even if no layer uses it', () => {
  for (const rest of ['plan=grouped', 'plan=custom&stripes=GSGS', 'plan=custom&stripes=1111']) {
    const { spec, notes } = fromQuery(`v=1&${rest}&layers=4&masks=causal;windw(4)`);
    expect(spec).toEqual(DEFAULTS);
    expect(notes.join()).toContain("the mask has 'windw'");
  }
});
