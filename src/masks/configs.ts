/**
 * @file Reads the config.json of a released model as layers, with their masks and what they keep in the cache.
 *
 * A file is accepted whole or refused in one sentence. Values it omits come from the class of its model type, through
 * the table; values that a class computes in Python come from rules, one file each in ./configs.
 */
import { check, InputError } from '../core/check';
import type { Bounds } from '../core/fields';
import type { ConfigLayer, ConfigLayers } from './configLayer';
import { modelTypeOf, type ModelType } from './configType';
import { COUNTS_ITSELF, HEADS, HIDDEN, LAYERS, type Asked } from './family';
import { MAX_LAYERS } from './doc';
import { Fields, parse } from './fields';
import { fromMistral } from './mistralParams';
import { imageBlocksOf, type ImageBlocks } from './imageBlocks';
import { nameOfType } from './modelNames';
import type { Part } from './part';
import { crossOf, ofSource } from './crossAttention';
import { CONVENTION_OF, sayPart, sourceOf } from './sayPart';
import { typesOf, windowOf, reachOf } from './configReach';
import { sizesOf, kept, stateOf, overridden } from './configKept';
import { ropeOf } from './configRope';
import { madeFor, leftOut, unusedWindow, withoutWindow, notesOn } from './configNotes';

/** The name hybrids used before transformers 5. */
const OLD_NAMES = { layer_types: 'layers_block_type' };
const VOCABULARY: Bounds = { min: 1, max: 2 ** 26 };

/**
 * Reads `part` of an encoder and a decoder, or the other part if the file has no such part. Throws InputError, and
 * nothing else, for anything that cannot be read as a config.
 */
export function readConfig(text: string, part: Part = 'decoder'): ConfigLayers {
  const file = parse(text, 'the config');
  const params = fromMistral(file);
  const outer = params ?? file;
  const read = readPart(outer, params !== undefined, part);
  if (!read.part) return read;
  return { ...read, parts: partsOf(outer, read) };
}

/** Layers that read keys also say which keys images open in them. */
function withImages(layer: ConfigLayer, images: ImageBlocks | undefined): ConfigLayer {
  const opened =
    layer.kind === 'state' || layer.kind === 'none'
      ? undefined
      : images?.of(layer.kind === 'local');
  return opened ? { ...layer, images: opened } : layer;
}

/** Which parts of a pair can be read, and why one cannot. */
function partsOf(outer: Fields, { layers }: ConfigLayers): NonNullable<ConfigLayers['parts']> {
  const whether = (part: Part): readonly { readonly part: Part; readonly refused?: string }[] => {
    try {
      const { layers: found } = readPart(outer, false, part);
      return found.length > 0 ? [{ part }] : [];
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return [{ part, refused: error.message }];
    }
  };
  const crosses = layers.some(({ cross }) => cross) || whether('cross')[0]?.refused === undefined;
  return [
    { part: 'decoder' as const },
    ...(crosses ? [{ part: 'cross' as const }] : []),
    ...whether('encoder'),
  ];
}

function readPart(outer: Fields, params: boolean, part: Part): ConfigLayers {
  const model = modelTypeOf(outer, part);
  try {
    return readModel(outer, params, part, model);
  } catch (error) {
    if (!(error instanceof InputError) || !model.named) throw error;
    // A part is read under the names common to all models; errors use the file's names.
    const { named } = model;
    throw new InputError(
      error.message.replaceAll(/\b\w+\b/g, (word) =>
        Object.hasOwn(named, word) ? named[word]! : word,
      ),
    );
  }
}

function readModel(
  outer: Fields,
  params: boolean,
  part: Part,
  { own: raw, type, outer: whole, rule, entry, doubt, note, paired, named: names = {} }: ModelType,
): ConfigLayers {
  // A nested config may omit its type, which rules ask for.
  const named = raw.with({ model_type: type }).renamed({ ...entry.a, ...OLD_NAMES });
  const own = named.with(rule?.before?.(named) ?? {});
  const fields = own.over(entry.d);
  const called = paired ?? type;
  const label = nameOfType(called) ?? paired ?? rule?.label ?? type;
  const layers = fields.whole('num_hidden_layers', LAYERS);
  const asked: Asked = { own, fields, layers, ...(paired !== undefined && { part }) };
  const heads = fields.whole('num_attention_heads', HEADS);
  const hidden = fields.whole('hidden_size', HIDDEN);
  const sizes = sizesOf(fields, own, heads, hidden);
  const causal = paired
    ? part !== 'encoder'
    : (rule?.causal?.(asked) ?? !(entry.e === 1 && !isDecoder(fields)));
  const refused = part === 'encoder' ? rule?.refusesEncoder?.(asked) : undefined;
  check(refused === undefined, `the encoder of ${type} is not drawn: ${refused}`);
  const span = windowOf(asked, entry, rule);
  const images = causal ? imageBlocksOf(whole, fields) : undefined;
  const kinds = typesOf(asked, entry, rule, label, span.size !== undefined);
  const each = kinds.types.map((one, at): ConfigLayer => {
    const reach = rule?.reach?.(asked, one, at) ?? reachOf(one, { asked, span, causal, at });
    const rope = ropeOf(fields, entry, one);
    const layer: ConfigLayer = {
      ...sizes,
      type: one,
      ...kept(one, asked),
      ...stateOf(one, asked, heads, hidden),
      ...reach,
      ...(rope !== undefined && reach.kind !== 'state' && reach.kind !== 'none' && { rope }),
      ...(entry.s === 1 && { sinks: true }),
    };
    const complete = {
      ...layer,
      ...rule?.layer?.(asked, layer, at, kinds.types),
      ...overridden(own, at, layer, causal),
    };
    if (!paired || part === 'encoder' || rule?.crosses === false)
      return withImages(complete, images);
    const cross = crossOf(fields, complete);
    return part === 'decoder' ? { ...complete, cross } : ofSource(complete, cross);
  });
  const built = rule?.unroll?.(asked, each) ?? each;
  check(
    built.length <= MAX_LAYERS,
    `its ${layers} layers run several times, ${built.length} passes in all; up to ${MAX_LAYERS} are read`,
  );
  check(
    part !== 'cross' || !paired || rule?.crosses !== false,
    `the decoder of ${type} has no attention of its own to the source: that is written before its tokens`,
  );
  const keeps = built.find(({ kind }) => kind !== 'state' && kind !== 'none');
  check(
    keeps,
    `all ${built.length} layers are without attention (${built[0]!.type}); nothing here reads keys, so there is no mask to draw`,
  );
  const slides = built.some(({ kind }) => kind === 'local');
  const name = nameOf(outer);
  return {
    family: type.replace(/_text$/, '').replaceAll('_', '-'),
    label,
    ...(name !== undefined && { name }),
    layers: built,
    convention:
      rule?.convention?.(asked) ??
      (paired && !slides
        ? CONVENTION_OF[part]
        : slides
          ? COUNTS_ITSELF
          : withoutWindow(asked, entry, label)),
    causal: causal && !(paired && part === 'cross'),
    ...(paired && {
      part,
      ...(part !== 'encoder' && rule?.crosses !== false && { source: sourceOf(fields) }),
    }),
    heads,
    kvHeads: keeps.kvHeads,
    headDim: keeps.compared?.key ?? keeps.keyDim,
    hidden,
    ...(fields.has('vocab_size') && { vocabulary: fields.whole('vocab_size', VOCABULARY) }),
    ...madeFor(part, [own, outer, fields]),
    ...(doubt !== undefined && { doubt }),
    ...(!slides && unusedWindow(asked)),
    defaults: leftOut(own, entry, label, slides, keeps.latent === true, names),
    notes: [
      ...(params ? ['a params.json from Mistral: other field names, the same meaning'] : []),
      ...(note === undefined ? [] : [note]),
      ...kinds.notes,
      ...(paired
        ? sayPart(part, layers, rule?.crosses !== false)
        : causal
          ? []
          : ['an encoder: tokens read to both sides, and no cache is kept']),
      ...notesOn(built),
      ...(images?.notes(
        slides,
        built.some(({ kind }) => kind === 'global'),
      ) ?? []),
      ...(rule?.notes?.(asked) ?? []),
    ],
  };
}

const isDecoder = (fields: Fields) => fields.flag('is_decoder', false);

function nameOf(outer: Fields): string | undefined {
  const name = outer.get('_name_or_path');
  return typeof name === 'string' && name !== '' && name.length <= 200 ? name : undefined;
}
