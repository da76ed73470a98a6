import { run, union, type Runs } from '../runs';
import { TOKENS } from '../tokens';
import { defineTerm } from '../term';

/** The tree tokens that the one at `position` reads, itself last. */
function branchOf(position: number, [from, ...parents]: readonly number[]): readonly number[] {
  const branch = [position];
  for (let at = position; ;) {
    const parent = at === from ? -1 : parents[at - from! - 1]!;
    // A token without a parent before it in the tree attaches to the text.
    if (parent < from! || parent >= at) return branch.toReversed();
    branch.push(parent);
    at = parent;
  }
}

export default defineTerm({
  id: 'tree',
  label: 'Tree',
  order: 5.5,
  summary:
    'Guessed tokens that branch (speculative decoding): each token from `from` on reads the text before the tree and its own branch. The other numbers are the parents of the tokens after the first.',
  words: (_, ofKey) => (ofKey ? 'the branch of the tree' : 'its branch of the tree'),
  params: [{ ...TOKENS, label: 'from', min: 0, initial: 4 }],
  rest: { ...TOKENS, label: 'parent', min: 0, initial: 4 },
  extent: (numbers) => numbers[0]! + numbers.length,
  row(position, keys, numbers) {
    const from = numbers[0]!;
    if (position < from || position >= from + numbers.length) return run(0, keys);
    return branchOf(position, numbers).reduce<Runs>(
      (runs, at) => union(runs, run(at, at + 1)),
      run(0, Math.min(keys, from)),
    );
  },
  python(numbers) {
    const from = numbers[0]!;
    const last = from + numbers.length - 1;
    const branches = numbers.map((_, i) => {
      const keys = branchOf(from + i, numbers).map((at) => `(kv_idx == ${at})`);
      return `((q_idx == ${from + i}) & (${keys.join(' | ')}))`;
    });
    return `(q_idx < ${from}) | (q_idx > ${last}) | (kv_idx < ${from}) | ${branches.join(' | ')}`;
  },
});
