/** @file An evaluator for the small part of Python in exported rules, so that a test can run them. */

type Value = number | boolean;

/** Names are numbers; // rounds down and % has the sign of its divisor, as in Python. */
export function evaluate(text: string, names: Readonly<Record<string, number>>): Value {
  const tokens = text.match(/\d+|[a-zA-Z_]+|\/\/|[<>=!]=|[-+*%<>&|~()]/g) ?? [];
  let at = 0;
  const take = (...signs: string[]) => (signs.includes(tokens[at] ?? '') ? tokens[at++]! : '');
  const chain =
    (next: () => Value, apply: Record<string, (a: Value, b: Value) => Value>) => (): Value => {
      let value = next();
      for (let sign; (sign = take(...Object.keys(apply)));) value = apply[sign]!(value, next());
      return value;
    };
  const atom = (): Value => {
    if (take('~')) return !atom();
    if (take('(')) {
      const inside = either();
      if (!take(')')) throw new Error(`a bracket is open in ${text}`);
      return inside;
    }
    const token = tokens[at++];
    const value = token !== undefined && /\d/.test(token) ? Number(token) : names[token ?? ''];
    if (value === undefined) throw new Error(`${token} is nothing in ${text}`);
    return value;
  };
  const n = Number;
  const times = chain(atom, {
    '*': (a, b) => n(a) * n(b),
    '//': (a, b) => Math.floor(n(a) / n(b)),
    '%': (a, b) => ((n(a) % n(b)) + n(b)) % n(b),
  });
  const sum = chain(times, { '+': (a, b) => n(a) + n(b), '-': (a, b) => n(a) - n(b) });
  // In Python & and | bind closer than comparisons.
  const both = chain(sum, { '&': (a, b) => truth(a) && truth(b) });
  const some = chain(both, { '|': (a, b) => truth(a) || truth(b) });
  const either = chain(some, {
    '<=': (a, b) => a <= b,
    '>=': (a, b) => a >= b,
    '<': (a, b) => a < b,
    '>': (a, b) => a > b,
    '==': (a, b) => a === b,
  });
  const value = either();
  if (at < tokens.length) throw new Error(`${tokens[at]} is too much in ${text}`);
  return value;
}

function truth(value: Value): boolean {
  if (typeof value !== 'boolean') throw new Error(`${value} is no truth value`);
  return value;
}
