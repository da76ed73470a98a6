import { expect, test } from 'vitest';
import { Easel, type Canvas } from '../../src/views/easel';

const SIZE = { width: 2, height: 2 };
const COST_MS = 4; // of one picture

/** An easel with a clock, frames on request, and canvases that count their operations. */
function studio() {
  const frames: (() => void)[] = [];
  const images: object[] = [];
  const painted: string[] = [];
  const put: object[] = [];
  let now = 0;
  let sized = 0;
  const easel = new Easel({
    next: (then) => frames.push(then),
    now: () => now,
    image: (size) => {
      images.push(size);
      return { ...size, data: new Uint8ClampedArray(4 * size.width * size.height) } as ImageData;
    },
  });
  const canvas = (): Canvas => {
    let [width, height] = [300, 150];
    return {
      get width() {
        return width;
      },
      set width(value) {
        sized++;
        width = value;
      },
      get height() {
        return height;
      },
      set height(value) {
        sized++;
        height = value;
      },
      getContext: (() => ({ putImageData: (image: object) => put.push(image) })) as never,
    };
  };
  const paint = (on: Canvas, name: string, size = SIZE) =>
    easel.paint(on, size, () => {
      painted.push(name);
      now += COST_MS;
    });
  const frame = () => frames.splice(0).forEach((then) => then());
  return { easel, canvas, paint, frame, painted, put, images, frames, sized: () => sized };
}

test('nothing is painted before the page paints, and then no more than fits in a frame', () => {
  const { canvas, paint, frame, painted, frames } = studio();
  for (const name of ['a', 'b', 'c', 'd', 'e']) paint(canvas(), name);
  expect(painted).toEqual([]);
  frame();
  expect(painted).toEqual(['a', 'b']);
  frame();
  frame();
  expect(painted).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(frames).toEqual([]);
});

test('a canvas requested again before its turn is painted once, with the last request, and keeps its turn', () => {
  const { canvas, paint, frame, painted } = studio();
  const all = ['a', 'b', 'c', 'd'].map((name) => [name, canvas()] as const);
  for (const [name, on] of all) paint(on, name);
  frame();
  for (const [name, on] of all) paint(on, `${name} again`);
  frame();
  frame();
  expect(painted).toEqual(['a', 'b', 'c again', 'd again', 'a again', 'b again']);
});

test('a canvas that is gone is not painted', () => {
  const { easel, canvas, paint, frame, painted } = studio();
  const gone = canvas();
  paint(gone, 'gone');
  easel.forget(gone);
  frame();
  expect(painted).toEqual([]);
});

test('canvases of one size share the memory of one picture, and are sized once', () => {
  const { canvas, paint, frame, put, images, sized } = studio();
  const two = [canvas(), canvas()];
  for (let i = 0; i < 3; i++) {
    for (const on of two) paint(on, 'map');
    frame();
  }
  expect(put).toHaveLength(6);
  expect(images).toHaveLength(1);
  expect(sized()).toBe(4); // width and height of each
  paint(two[0]!, 'larger', { width: 3, height: 3 });
  frame();
  expect(two[0]!.width).toBe(3);
});
