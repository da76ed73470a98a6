/**
 * @file How an engine keeps keys and values: for which tokens of a layer it allocates room, beyond those that are read.
 *
 * Sources: vLLM's docs/design/hybrid_kv_cache_manager.md and vllm/v1/kv_cache_interface.py; llama.cpp's
 * llama-kv-cache-iswa.cpp; transformers' cache_utils.py, which test/masks/configInterop.test.ts runs directly.
 */
export interface Keeping {
  /** Whether a layer with a window keeps only what it still reads, or all tokens. */
  readonly windows: 'ring' | 'full';
  /**
   * Tokens added at once. While they are written, the windows of the first and of the last must both be held: W - 1 +
   * step tokens. 1: one at a time. 0: between two steps, when none is being written.
   */
  readonly step: number;
  /** Tokens per page: what is kept is rounded up to whole pages. */
  readonly page: number;
  /** Pages of all layers have equal size and are in one pool, as in vLLM. */
  readonly pool: boolean;
}

export const STEP = { min: 0, max: 65_536 };
export const PAGE = { min: 1, max: 4096 };

export interface Engine {
  readonly id: string;
  readonly label: string;
  readonly keeping: Keeping;
  readonly says: string;
}

/** The first holds only what any engine must hold. */
export const ENGINES: readonly Engine[] = [
  {
    id: 'needed',
    label: 'Only what is read',
    keeping: { windows: 'ring', step: 1, page: 1, pool: false },
    says: 'Every token a layer can still read while the next is written: W in a layer with a window.',
  },
  {
    id: 'transformers',
    label: 'transformers, between steps',
    keeping: { windows: 'ring', step: 0, page: 1, pool: false },
    says: 'DynamicCache from one step to the next: W − 1 tokens in a layer with a window, as the next step adds its own token.',
  },
  {
    id: 'vllm',
    label: 'vLLM',
    keeping: { windows: 'ring', step: 2048, page: 16, pool: true },
    says: 'Pages of one size for all layers from one pool. A prompt comes in steps, and a window keeps W − 1 tokens plus those of one step.',
  },
  {
    id: 'vllm-full',
    label: 'vLLM, hybrid manager off',
    keeping: { windows: 'full', step: 2048, page: 16, pool: true },
    says: 'Layers with a window keep every token, as global ones do; they still read only the window.',
  },
  {
    id: 'llama.cpp',
    label: 'llama.cpp',
    keeping: { windows: 'ring', step: 512, page: 256, pool: false },
    says: 'A window and one micro-batch, rounded up to 256 tokens.',
  },
  {
    id: 'llama.cpp-full',
    label: 'llama.cpp, swa-full',
    keeping: { windows: 'full', step: 512, page: 256, pool: false },
    says: 'Every layer as long as the context, rounded up to 256 tokens.',
  },
];

export const engineOf = (keeping: Keeping): Engine | undefined =>
  ENGINES.find(
    ({ keeping: one }) =>
      one.windows === keeping.windows &&
      one.step === keeping.step &&
      one.page === keeping.page &&
      one.pool === keeping.pool,
  );

/**
 * The largest number of pages of `page` tokens in use at any moment on the way to T tokens.
 *
 * With a window, the tokens T - W … T - 1 may start anywhere in a page: they touch as many pages as they fill, and
 * one more if they start inside one. With everything before, ⌈T / page⌉.
 */
export function pagesAt(T: number, page: number, window: number | undefined, step: number): number {
  const all = Math.ceil(T / page);
  if (window === undefined) return all;
  const span = window - 1 + Math.max(1, step); // tokens that must be held at once
  return Math.min(all, Math.ceil((span - 1) / page) + 1);
}
