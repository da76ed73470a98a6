/**
 * @file TensorFlow.js on WebGL 2: a context of our own, and its backend with reads that end when the context is lost.
 *
 * By default tfjs polls a fence that a lost context never signals, so readers wait for ever; and a read between the
 * loss and its event yields zeros.
 */
import * as tf from '@tensorflow/tfjs';
import { isSoftware, type Fault, type NoWebGl } from '../core/backendFacts';
import type { DeviceLimits } from '../core/limits';

export interface Context {
  readonly canvas: OffscreenCanvas;
  readonly gl: WebGL2RenderingContext;
  /** 'ANGLE (NVIDIA, …)' */
  readonly name: string;
  /** Computed on the CPU: correct, and slower than WebAssembly. */
  readonly software: boolean;
}

/** Bytes. WebGL does not say how much memory there is: the minimum assumed for WebGPU. */
const TOTAL = 2 ** 30;
/**
 * Bytes of textures above which tfjs frees disposed ones; by default it keeps all of them for later tensors of the same
 * shape.
 */
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
  const known = gl.getExtension('WEBGL_debug_renderer_info'); // not needed in Firefox
  const name = String(gl.getParameter(known ? known.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  const software = isSoftware(name);
  if (software) letGo(gl); // it stays unused, and a browser has few
  return { canvas, gl, name, software };
}

/**
 * Registers the backend ‘webgl’, which must not be registered yet, on this context. `onFault` is called once, when the
 * context is lost. Throws if it has only 16-bit floats.
 */
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
  // A tensor is one texture, in the worst case with one number per texel.
  return { total: TOTAL, largestTensor: Float32Array.BYTES_PER_ELEMENT * side ** 2 };
}

/** Frees the context's memory at once, instead of at the next garbage collection. */
const letGo = (gl: WebGLRenderingContext | WebGL2RenderingContext) =>
  gl.getExtension('WEBGL_lose_context')?.loseContext();

const LOST = 'The WebGL context was lost.';

class Webgl extends tf.MathBackendWebGL {
  /** Reject functions of the reads under way. */
  readonly #waiting = new Set<(cause: Error) => void>();
  readonly #gpgpu: tf.GPGPUContext;
  #over = false;

  constructor(gpgpu: tf.GPGPUContext) {
    super(gpgpu);
    this.#gpgpu = gpgpu;
  }

  /** It has been disposed of: what happens to its context no longer matters. */
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

  /** Rejects pending reads: no numbers will arrive. */
  lose(): void {
    this.#gpgpu['itemsToPoll'] = []; // otherwise tfjs polls a fence for ever, without a pause
    for (const reject of this.#waiting) reject(new Error(LOST));
    this.#waiting.clear();
  }

  /** The values; throws if the context is lost, because it then returns zeros. */
  #right(values: tf.BackendValues): tf.BackendValues {
    if (this.#gpgpu.gl.isContextLost()) throw new Error(LOST);
    return values;
  }
}
