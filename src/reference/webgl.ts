/**
 * @file TensorFlow.js on WebGL 2: a context of our own, and its backend with reads that end when the context goes away.
 *
 * Left to itself tfjs polls a fence that a lost context never signals, so that whoever waits for numbers waits for
 * ever; and a read that comes between the loss and its event yields zeros.
 */
import * as tf from '@tensorflow/tfjs';
import type { Fault, NoWebGl } from '../core/backendFacts';
import type { DeviceLimits } from '../core/limits';
import { isSoftware } from '../machines/webgpu';

export interface Context {
  readonly canvas: OffscreenCanvas;
  readonly gl: WebGL2RenderingContext;
  /** 'ANGLE (NVIDIA, …)' */
  readonly name: string;
  /** Computed on the CPU: correct, and slower than WebAssembly. */
  readonly software: boolean;
}

/** Bytes. WebGL does not say how much memory there is: as much as is assumed of WebGPU at least. */
const TOTAL = 2 ** 30;
/** Bytes of textures above which tfjs frees what is disposed of, where it would keep all of it for later tensors of the same shape. */
const KEPT_FOR_LATER = 2 ** 28;

/** A WebGL 2 context, or why there is none. */
export function findContext(): Context | NoWebGl {
  if (typeof OffscreenCanvas === 'undefined') {
    return { kind: 'noWebGl', because: 'noOffscreenCanvas' };
  }
  const canvas = new OffscreenCanvas(1, 1);
  const gl = canvas.getContext('webgl2', {
    alpha: false,
    antialias: false,
    depth: false,
    stencil: false,
    premultipliedAlpha: false,
    powerPreference: 'high-performance',
  });
  if (!gl) return { kind: 'noWebGl', because: 'unsupported' };
  const known = gl.getExtension('WEBGL_debug_renderer_info'); // Firefox tells without it
  const name = String(gl.getParameter(known ? known.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  const software = isSoftware(name);
  if (software) letGo(gl); // nobody will use it, and a browser has few
  return { canvas, gl, name, software };
}

/** Registers the backend ‘webgl’, which must not be registered, on this context. `onFault` hears, once, of the context's loss. Throws where it has only 16-bit floats. */
export function registerWebgl(
  { canvas, gl }: Context,
  onFault: (fault: Fault) => void,
): DeviceLimits {
  tf.setWebGLContext(2, gl); // tfjs's flags are read from it
  if (!tf.env().getBool('WEBGL_RENDER_FLOAT32_ENABLED')) {
    throw new Error(
      'it computes with 16-bit floats only, and training needs 32 bits: losses would not be those of the other ways',
    );
  }
  tf.env().set('WEBGL_DELETE_TEXTURE_THRESHOLD', KEPT_FOR_LATER);
  const gpgpu = new tf.GPGPUContext(gl);
  const backend = new Webgl(gpgpu);
  canvas.addEventListener('webglcontextlost', () => {
    if (backend.over) return;
    backend.lose();
    onFault({ kind: 'gone', message: LOST });
  });
  tf.registerBackend('webgl', () => backend);
  const side: number = gl.getParameter(gl.MAX_TEXTURE_SIZE);
  // A tensor is one texture, at worst with one number in each texel.
  return { total: TOTAL, largestTensor: Float32Array.BYTES_PER_ELEMENT * side ** 2 };
}

/** Gives the context's memory back at once, where garbage collection would later. */
const letGo = (gl: WebGLRenderingContext | WebGL2RenderingContext) =>
  gl.getExtension('WEBGL_lose_context')?.loseContext();

const LOST = 'The WebGL context was lost.';

class Webgl extends tf.MathBackendWebGL {
  /** Rejections of the reads that are under way. */
  readonly #waiting = new Set<(cause: Error) => void>();
  readonly #gpgpu: tf.GPGPUContext;
  #over = false;

  constructor(gpgpu: tf.GPGPUContext) {
    super(gpgpu);
    this.#gpgpu = gpgpu;
  }

  /** It has been let go: what becomes of its context concerns nobody. */
  get over(): boolean {
    return this.#over;
  }

  override read(dataId: object): Promise<tf.BackendValues> {
    return new Promise((resolve, reject) => {
      if (this.#gpgpu.gl.isContextLost()) throw new Error(LOST);
      const end = () => this.#waiting.delete(reject);
      this.#waiting.add(reject);
      super
        .read(dataId)
        .then((values) => this.#right(values))
        .then(resolve, reject)
        .finally(end);
    });
  }

  override readSync(dataId: object): tf.BackendValues {
    return this.#right(super.readSync(dataId));
  }

  override dispose(): void {
    this.#over = true;
    super.dispose();
    this.lose();
    letGo(this.#gpgpu.gl);
  }

  /** Ends what waits for numbers: none will come. */
  lose(): void {
    this.#gpgpu['itemsToPoll'] = []; // else tfjs asks for a fence for ever, without a pause
    for (const reject of this.#waiting) reject(new Error(LOST));
    this.#waiting.clear();
  }

  /** The values; a lost context hands out zeros. */
  #right(values: tf.BackendValues): tf.BackendValues {
    if (this.#gpgpu.gl.isContextLost()) throw new Error(LOST);
    return values;
  }
}
