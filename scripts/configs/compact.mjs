/**
 * @file Turns walk.py's findings into the table that is shipped: each model type is readable, or refused for a reason;
 * of the readable ones, only the defaults a file may leave out.
 */

const LINEAR_ONLY = /^[LV-]+$/;
const words = (text) => new Set(text.split(/\s+/));
/** Attention that is not a mask over token positions: hashing, sampling or a task decides which keys are read. */
const OTHER = words(
  `reformer longformer big_bird funnel nystromformer yoso mra fnet xlnet perceiver luke tapas canine lxmert
  decision_transformer layoutlmv2 visual_bert vilt tvp esmfold2 blt blt_global_transformer blt_local_decoder
  blt_local_encoder blt_patcher timesfm timesfm2_5 pi0 clvp_encoder clvp_decoder vits evolla EvollaModel cpmant doge`,
);
/** Besides their window they read the prompt and its images, whose lengths are not in a config. */
const PROMPTED = words('unlimited_ocr_text');
/** An encoder reads sound; a recurrent network writes words. */
const TRANSDUCERS = words('nemotron3_5_asr nemotron_asr_streaming parakeet_rnnt parakeet_tdt');
/** Encoders and decoders of images and sound that write everything at once. */
const NOT_TEXT = words('fastspeech2_conformer');
/** Encoders whose code makes no mask, because every token reads every other. */
const READ_ALL = words('deberta deberta-v2 layoutlm markuplm dpr bros splinter flaubert xlm');
/** Classes for either the encoder or the decoder of a pair; their fields have plain names in both cases. */
const EITHER = words('t5_gemma_module');
/** Their encoder fields are left over: the decoder reads an image. */
const DECODER_ALONE = words('pp_formulanet_text');
/** Decoders of pairs, whose class is not that of an encoder-decoder. */
const DECODERS = words('musicgen_decoder musicgen_melody_decoder');
/** Two configs inside, but not an encoder and a decoder over tokens: byte patches, a contrastive model, image masks. */
const NO_PAIR = words('blt clvp maskformer');
/** Where the text config is, if the class does not say. */
const PATHS = { rag: ['generator'] };

const REASONS = {
  tokens: 'it reads pictures, sound or series, and has no layers over tokens of text',
  none: 'it has no attention: every layer keeps a state that does not grow',
  other:
    'position alone does not decide which keys it reads; it hashes, samples, or depends on the task',
  prompted:
    'besides its window a token reads all of the prompt and its pictures; how long they are is not in a config',
  transducer: 'it listens to sound, and its decoder is a recurrent network without attention',
  unnamed: 'it builds its masks in its own way, which this site cannot read yet',
};

const small = (value) =>
  value === null || (Array.isArray(value) ? value.length <= 8 : typeof value !== 'object');

function reasonAgainst(name, { d, m, lm, parts, types, causal }) {
  if (TRANSDUCERS.has(name)) return 'transducer';
  if (NOT_TEXT.has(name)) return 'tokens';
  if (OTHER.has(name)) return 'other';
  if (PROMPTED.has(name)) return 'prompted';
  if (parts) return 'vocab_size' in d ? undefined : 'tokens';
  if (DECODERS.has(name)) return undefined;
  if (['rwkv', 'xlstm'].includes(name)) return 'none';
  if (types && LINEAR_ONLY.test(types) && !HYBRIDS.has(name)) return 'none';
  if (!('vocab_size' in d)) return 'tokens';
  if (READ_ALL.has(name)) return undefined;
  if (m.length === 0 && !lm && !causal)
    return /audio|voxtral_realtime_encoder|wav2vec|sew|hubert|wavlm|speech|vision|image|_ctc|codebook/.test(
      name,
    )
      ? 'tokens'
      : 'unnamed';
  const sized = ['num_hidden_layers', 'num_attention_heads', 'hidden_size'].every(
    (n) => typeof d[n] === 'number',
  );
  return sized && types && !/[WRD]/.test(types) ? undefined : 'unnamed';
}
/** The file names the types of their layers; without it all of them are linear. */
const HYBRIDS = words('granitemoehybrid bamba');

/** What an encoder and a decoder call their sizes; undefined for a class that is not a pair. */
function partsOf(name, { parts }) {
  if (EITHER.has(name)) return { encoder: {}, decoder: {} };
  return parts && DECODER_ALONE.has(name) ? { decoder: parts.decoder } : parts;
}

/** Defaults of a pair, minus the plain names under which the class repeats one part's sizes. */
function ofPair(d, parts) {
  const named = Object.values(parts.decoder);
  if (named.length === 0) return d;
  const twice = ['hidden_size', 'head_dim', 'num_key_value_heads'].filter(
    (name) => parts.decoder[name] ?? (name === 'num_key_value_heads' && named.length > 0),
  );
  return Object.fromEntries(Object.entries(d).filter(([name]) => !twice.includes(name)));
}

function isEncoder(name, { d, m, lm, causal }) {
  if (DECODERS.has(name)) return false;
  if (READ_ALL.has(name)) return true;
  if ('is_decoder' in d && m.includes('bidirectional_mask')) return true;
  const makesCausal = m.some((one) => /causal|recurrent/.test(one));
  return !makesCausal && (m.length > 0 || (!lm && !causal));
}

/** Its class accepts no config without layer_types. */
const UNNAMED = words('lfm2_moe');

/** A class that slides whenever there is a window does so only if its model has masks for it. */
function namingOf(name, { d, m, k, layers, gate }) {
  if (UNNAMED.has(name)) return undefined;
  const slides = 'sliding_window' in d && m.some((one) => one.includes('sliding'));
  if (layers?.cycle === '?') return { cycle: slides ? '?' : 'F' };
  if (layers?.cycle === 'F' && gate && k === '') return { cycle: '?' };
  if (!layers) return undefined;
  const { odd: _, ...naming } = layers;
  return naming;
}

/** Nemotron-H takes its number of layers from their list. */
const sized = (one) =>
  typeof one.d.num_hidden_layers !== 'number' && one.types
    ? { ...one, d: { ...one.d, num_hidden_layers: one.types.length } }
    : one;

export function compact({ version, outer, types, broken, halves }) {
  const opened = {};
  const refused = Object.fromEntries(Object.values(REASONS).map((text) => [text, []]));
  const isPair = (name) => name in halves && !NO_PAIR.has(name);
  for (const [name, found] of Object.entries(types)) {
    if (isPair(name)) continue;
    const parts = partsOf(name, found);
    const one = sized(parts ? { ...found, parts, d: ofPair(found.d, parts) } : found);
    const kind = reasonAgainst(name, one);
    if (kind) {
      refused[REASONS[kind]].push(name);
      continue;
    }
    const { d, a, r, k, gate, sinks } = one;
    const naming = namingOf(name, one);
    const fields = Object.entries(d).filter(
      ([field, value]) => small(value) && (value !== null || field === 'sliding_window'),
    );
    opened[name] = {
      d: Object.fromEntries(fields),
      ...(a && !parts && { a }),
      ...(parts && !naming
        ? { l: { cycle: 'F' } }
        : naming
          ? { l: naming }
          : !UNNAMED.has(name) && { t: one.types }),
      ...(parts && { p: parts }),
      ...(k && { k }),
      ...(r && Object.keys(r).length > 0 && { r }),
      ...(sinks && { s: 1 }),
      ...(gate && { g: 1 }),
      ...(!parts && isEncoder(name, one) && { e: 1 }),
    };
  }
  refused[REASONS.unnamed].push(...Object.keys(broken));
  const inside = {};
  const reasons = Object.entries(refused);
  for (const [name, [path, type]] of Object.entries(outer)) {
    if (types[name] || isPair(name)) continue;
    const why = reasons.find(([, names]) => names.includes(type));
    if (why || !opened[type]) (refused[why?.[0] ?? REASONS.unnamed] ??= []).push(name);
    else inside[name] = [(PATHS[name] ?? path).join('.'), type];
  }
  const pairs = Object.fromEntries(Object.entries(halves).filter(([name]) => isPair(name)));
  return { version, outer: inside, pairs, types: opened, refused };
}

/** One line per type, so that the diff between two versions is readable. */
export function written({ version, outer, pairs, types, refused }) {
  const lines = (object) =>
    Object.entries(object)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
      .join(',\n');
  return `{"version":${JSON.stringify(version)},\n"outer":{\n${lines(outer)}},\n"pairs":{\n${lines(pairs)}},\n"types":{\n${lines(types)}},\n"refused":{\n${lines(refused)}}}\n`;
}
