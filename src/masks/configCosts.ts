/** @file What the layers of a config cost at any length, in closed form: pairs, bytes of cache and states, FLOPs. */
import { visiblePairs } from '../attention/cost';
import { write } from '../attention/expression';
import { layerFacts, layerSorts, numbersAt, stateNumbers } from './layerFacts';
import type { Reach, ConfigLayers } from './configLayer';
