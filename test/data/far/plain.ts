/** @file The counts and the copier by their definitions, slow: strings, maps, and a search through every position. */
const V = 96;

/** Witten-Bell, orders 0 to 6, by its formula. */
export function plainCounts(train: readonly string[]) {
  const n = new Map<string, number>();
  const followers = new Map<string, Set<string>>();
  for (const text of train) {
    for (let i = 0; i < text.length; i++) {
      for (let k = 0; k <= Math.min(6, i); k++) {
        const context = text.slice(i - k, i);
        const string = context + text[i]!;
        n.set(string, (n.get(string) ?? 0) + 1);
        if (!followers.has(context)) followers.set(context, new Set());
        followers.get(context)!.add(text[i]!);
      }
    }
  }
  const p = (context: string, c: string): number => {
    const lower = context === '' ? 1 / V : p(context.slice(1), c);
    const kinds = followers.get(context);
    if (!kinds) return lower;
    const followed = [...kinds].reduce((sum, kind) => sum + n.get(context + kind)!, 0);
    return ((n.get(context + c) ?? 0) + kinds.size * lower) / (followed + kinds.size);
  };
  return (text: string, i: number) => p(text.slice(Math.max(0, i - 6), i), text[i]!);
}

/**
 * The longest repeat of 5 to 32 characters within the last `history` characters before i; the nearest of equal ones.
 */
export function plainRepeat(text: string, i: number, history: number) {
  const seen = text.slice(Math.max(0, i - history), i);
  for (let length = Math.min(32, seen.length - 1); length >= 5; length--) {
    const end = seen.length - length;
    const found = seen.lastIndexOf(seen.slice(end), end - 1);
    if (found >= 0) return { length, distance: end - found };
  }
  return { length: 0, distance: 0 };
}

/** Nats per character of `held` with a copier that sees `history` characters. */
export function plainLoss(train: readonly string[], held: readonly string[], history: number) {
  const base = plainCounts(train);
  const right = new Map<number, number>();
  const asked = new Map<number, number>();
  let [loss, characters] = [0, 0];
  for (const text of held) {
    for (let i = 0; i < text.length; i++, characters++) {
      const { length, distance } = plainRepeat(text, i, history);
      let p = base(text, i);
      if (length > 0) {
        const [r, a] = [right.get(length) ?? 1, asked.get(length) ?? 2];
        const hit = text[i - distance] === text[i];
        p = (1 - r / a) * p + (hit ? r / a : 0);
        asked.set(length, a + 1);
        right.set(length, r + +hit);
      }
      loss -= Math.log(p);
    }
  }
  return loss / characters;
}
