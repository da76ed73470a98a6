/** @file The finding of the home page in words, made from the recorded and the counted numbers. */
import { share } from '../../compare/finding';
import type { Standing } from '../../compare/verdict';
import { formatInteger } from '../../core/units';
import { LONGEST, type Price } from '../../figures/growth';

export interface Said {
  readonly right: number; // share of held-out answers, 0..1
  readonly standing: Standing;
}

/** `price`: of the grouped plan's attention at the longest length. `chance`: share right by guessing. `steps`: of training. */
export function sayAlive(
  { global, grouped, local }: Record<'global' | 'grouped' | 'local', Said>,
  price: Price,
  chance: number,
  steps: number,
): string {
  const ahead = ({ standing }: Said) => standing === 'best' || standing === 'level';
  const right = ({ right: own }: Said) => share(own);
  const after = `After ${formatInteger(steps)} training steps`;
  const same = right(grouped) === right(global);
  const stripes =
    ahead(grouped) && ahead(global)
      ? `${after}, zebra stripes answer as well as global layers alone (${same ? `both ${right(grouped)}` : `${right(grouped)} and ${right(global)}`} right)`
      : `${after}, zebra stripes answer ${right(grouped)} right, global layers alone ${right(global)}`;
  const alone =
    local.standing === 'guessing'
      ? `local layers alone do no better than guessing (${right(local)}; chance is ${share(chance)})`
      : `local layers alone answer ${right(local)} right`;
  // The trained texts are short; for a long text only the price is known, so it gets its own sentence.
  return `${stripes}; ${alone}. On texts of ${formatInteger(LONGEST)} tokens the stripes need ${price.percent} of the attention FLOPs of global layers alone.`;
}
