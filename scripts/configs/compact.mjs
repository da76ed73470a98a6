/**
 * @file From what walk.py found to the table that is read: each model type opened, or refused for a reason, and of those
 * that open only what a file may leave out.
 */

const LINEAR_ONLY = /^[LV-]+$/;
const words = (text) => new Set(text.split(/\s+/));
/** Attention that is no mask of tokens by place: which keys are read comes from hashing, sampling or a task. */
const OTHER = words(
  `reformer longformer big_bird funnel nystromformer yoso mra fnet xlnet perceiver luke tapas canine lxmert
  decision_transformer layoutlmv2 visual_bert vilt tvp esmfold2 blt blt_global_transformer blt_local_decoder
  blt_local_encoder blt_patcher timesfm timesfm2_5 pi0 clvp_encoder clvp_decoder vits evolla EvollaModel cpmant doge`,
);
/** Each layer has a window of its own, of which the class keeps a list. */
const OWN_WINDOWS = words('neomme ultrabert unlimited_ocr_text dots3_note_text');
/** Layers are gone through more than once, each time with keys of their own. */
const LOOPED = words('dory hrm_text inkling2_loop_text');
/** Encoders whose code makes no mask, as everything is read. */
const READ_ALL = words('deberta deberta-v2 layoutlm markuplm dpr bros splinter flaubert xlm');
const PARTS = words('t5gemma t5_gemma_module');

const REASONS = {
  parts: 'an encoder and a decoder; which part to open cannot be chosen yet',
  tokens: 'it reads pictures, sound or series, and has no layers over tokens of text',
  none: 'it has no attention: every layer keeps a state that does not grow',
  other: 'which keys it reads is not said by place; it hashes, samples, or has a task to say',
  looped: 'its layers are gone through more than once, which cannot be drawn yet',
  windows: 'its class gives each layer a window of its own, which is not read yet',
  unnamed: 'its model makes its masks in a way of its own, which is not read yet',
};

const small = (value) =>
  value === null || (Array.isArray(value) ? value.length <= 8 : typeof value !== 'object');

function reasonAgainst(name, { d, m, lm, encdec, types, causal }) {
  if (encdec || PARTS.has(name)) return 'parts';
  if (OTHER.has(name)) return 'other';
  if (LOOPED.has(name)) return 'looped';
  if (OWN_WINDOWS.has(name)) return 'windows';
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
/** Their layers are named by the file; without it all of them are linear. */
const HYBRIDS = words('granitemoehybrid bamba');

function isEncoder(name, { d, m, lm, causal }) {
  if (READ_ALL.has(name)) return true;
  if ('is_decoder' in d && m.includes('bidirectional_mask')) return true;
  const makesCausal = m.some((one) => /causal|recurrent/.test(one));
  return !makesCausal && (m.length > 0 || (!lm && !causal));
}

/** Its class takes no config without layer_types. */
const UNNAMED = words('lfm2_moe');

/** A class that slides wherever there is a window does so only if its model has masks for that. */
function namingOf(name, { d, m, k, layers, gate }) {
  if (UNNAMED.has(name)) return undefined;
  const slides = 'sliding_window' in d && m.some((one) => one.includes('sliding'));
  if (layers?.cycle === '?') return { cycle: slides ? '?' : 'F' };
  if (layers?.cycle === 'F' && gate && k === '') return { cycle: '?' };
  if (!layers) return undefined;
  const { odd: _, ...naming } = layers;
  return naming;
}

/** Nemotron-H counts its layers by their list. */
const sized = (one) =>
  typeof one.d.num_hidden_layers !== 'number' && one.types
    ? { ...one, d: { ...one.d, num_hidden_layers: one.types.length } }
    : one;

export function compact({ version, outer, types, broken }) {
  const opened = {};
  const refused = Object.fromEntries(Object.values(REASONS).map((text) => [text, []]));
  for (const [name, found] of Object.entries(types)) {
    const one = sized(found);
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
      ...(a && { a }),
      ...(naming ? { l: naming } : !UNNAMED.has(name) && { t: one.types }),
      ...(k && { k }),
      ...(r && Object.keys(r).length > 0 && { r }),
      ...(sinks && { s: 1 }),
      ...(gate && { g: 1 }),
      ...(isEncoder(name, one) && { e: 1 }),
    };
  }
  refused[REASONS.unnamed].push(...Object.keys(broken));
  const inside = {};
  const reasons = Object.entries(refused);
  for (const [name, [path, type]] of Object.entries(outer)) {
    if (types[name]) continue;
    const why = reasons.find(([, names]) => names.includes(type));
    if (why || !opened[type]) (refused[why?.[0] ?? REASONS.unnamed] ??= []).push(name);
    else inside[name] = [path.join('.'), type];
  }
  return { version, outer: inside, types: opened, refused };
}

/** A line for each type, so that a difference between two versions can be read. */
export function written({ version, outer, types, refused }) {
  const lines = (object) =>
    Object.entries(object)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
      .join(',\n');
  return `{"version":${JSON.stringify(version)},\n"outer":{\n${lines(outer)}},\n"types":{\n${lines(types)}},\n"refused":{\n${lines(refused)}}}\n`;
}
