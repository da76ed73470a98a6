/** @file Which sign of src/app/signs.css a layer or a plan carries. */
import { plans } from '../../attention/plans';
import { patterns } from '../../attention/registry';

/** By the id of a pattern or a plan; any other mask has a sign of its own. */
export const signOf = (id: string): string => (patterns.has(id) || plans.has(id) ? id : 'mask');
