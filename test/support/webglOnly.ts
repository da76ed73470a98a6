/**
 * @file Importing this removes WebGPU and makes WebGL call itself a graphics card; for workers, which no test can reach
 * into.
 */
const UNMASKED_RENDERER = 0x9246;
const { getParameter } = WebGL2RenderingContext.prototype;
WebGL2RenderingContext.prototype.getParameter = function (name: number): unknown {
  return name === UNMASKED_RENDERER ? 'a card' : getParameter.call(this, name);
};
Object.defineProperty(navigator, 'gpu', { value: undefined });
