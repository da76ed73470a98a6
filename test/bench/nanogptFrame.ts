/** @file Opens a frame in which @genai-fi/nanogpt trains, so that it shares nothing with stock tfjs but the thread. */
import type { Size, Steppable } from './models';
import type { Nanogpt, NanogptSetup } from './nanogpt';
import { nanogptParameters } from './costs';

type Inner = Window & { openNanogpt(setup: NanogptSetup): Promise<Nanogpt> };

/** Loss of a model that knows nothing: its first step must be near it. */
const KNOWS_NOTHING = Math.log(64);

export async function nanogpt(backend: string, half: boolean, size: Size): Promise<Steppable> {
  const frame = document.createElement('iframe');
  frame.src = new URL('./nanogpt.html', import.meta.url).href;
  document.body.append(frame);
  try {
    const inner = await ready(frame);
    const model = await inner.openNanogpt({ backend, half, size });
    let steps = 0;
    return {
      calls: model.calls!,
      peakBytes: undefined,
      async step() {
        const loss = await model.step();
        if (steps++ === 0) check(loss, model.parameters(), size);
        return loss;
      },
      dispose() {
        model.dispose();
        frame.remove();
      },
    };
  } catch (cause) {
    frame.remove();
    throw cause;
  }
}

/** Its losses cannot be compared with ours, since it starts from weights of its own. */
function check(loss: number, parameters: number, size: Size): void {
  if (!(Math.abs(loss - KNOWS_NOTHING) < 0.2)) throw new Error(`its first loss is ${loss}`);
  const counted = nanogptParameters(size);
  if (parameters !== counted)
    throw new Error(`it has ${parameters} parameters; ${counted} were counted`);
}

async function ready(frame: HTMLIFrameElement): Promise<Inner> {
  const began = performance.now();
  while (!frame.contentDocument?.title.endsWith('is ready')) {
    if (performance.now() - began > 60_000) throw new Error('its page did not load within 60 s');
    await new Promise((done) => setTimeout(done, 20));
  }
  return frame.contentWindow as Inner;
}
