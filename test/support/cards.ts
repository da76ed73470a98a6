/**
 * @file Chromium's software graphics under the name of a graphics card, so that code for cards can be tested without
 * one.
 */
import { vi } from 'vitest';

/** Its WebGPU adapter. */
export function pretendWebgpuCard(): void {
  const request = navigator.gpu.requestAdapter.bind(navigator.gpu);
  vi.spyOn(navigator.gpu, 'requestAdapter').mockImplementation(async (options) => {
    const adapter = (await request(options))!;
    const info = { vendor: 'a', architecture: 'card', description: '', device: '' };
    Object.defineProperty(adapter, 'info', { value: info });
    return adapter;
  });
}

const UNMASKED_RENDERER = 0x9246;

/** Its WebGL, if there is no WebGPU. Returns the contexts that are created from now on. */
export function pretendWebglCard(): WebGL2RenderingContext[] {
  vi.spyOn(navigator.gpu, 'requestAdapter').mockResolvedValue(null);
  const { getParameter } = WebGL2RenderingContext.prototype;
  vi.spyOn(WebGL2RenderingContext.prototype, 'getParameter').mockImplementation(function (
    this: WebGL2RenderingContext,
    name,
  ): unknown {
    return name === UNMASKED_RENDERER ? 'a card' : getParameter.call(this, name);
  });
  const made: WebGL2RenderingContext[] = [];
  const { getContext } = OffscreenCanvas.prototype;
  vi.spyOn(OffscreenCanvas.prototype, 'getContext').mockImplementation(function (
    this: OffscreenCanvas,
    ...asked: Parameters<typeof getContext>
  ) {
    const context = getContext.apply(this, asked);
    if (context instanceof WebGL2RenderingContext) made.push(context);
    return context;
  } as typeof getContext);
  return made;
}

export const loseContext = (gl: WebGL2RenderingContext) =>
  gl.getExtension('WEBGL_lose_context')!.loseContext();
