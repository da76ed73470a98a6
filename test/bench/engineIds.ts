/** @file The engines that the bench knows, by library and by what they compute with. */

export type Way = 'webgpu' | 'webgl' | 'wasm' | 'cpu';

interface Engine {
  readonly library: 'zebra' | 'tfjs' | 'jax-js' | 'nanogpt';
  readonly way: Way;
}

/** `zebra-wasm` has one thread, `zebra-wasm-threads` all; the others take as many as they like. */
export const ENGINES = {
  'zebra-webgpu': { library: 'zebra', way: 'webgpu' },
  'zebra-wasm': { library: 'zebra', way: 'wasm' },
  'zebra-wasm-threads': { library: 'zebra', way: 'wasm' },
  'tfjs-webgpu': { library: 'tfjs', way: 'webgpu' },
  'tfjs-webgl': { library: 'tfjs', way: 'webgl' },
  'tfjs-wasm': { library: 'tfjs', way: 'wasm' },
  'jax-webgpu': { library: 'jax-js', way: 'webgpu' },
  'jax-wasm': { library: 'jax-js', way: 'wasm' },
  'nanogpt-webgpu': { library: 'nanogpt', way: 'webgpu' },
  'nanogpt-webgpu-half': { library: 'nanogpt', way: 'webgpu' },
  'nanogpt-webgl': { library: 'nanogpt', way: 'webgl' },
  'nanogpt-wasm': { library: 'nanogpt', way: 'wasm' },
  'nanogpt-cpu': { library: 'nanogpt', way: 'cpu' },
} as const satisfies Readonly<Record<string, Engine>>;
export type EngineId = keyof typeof ENGINES;
