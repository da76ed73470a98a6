import { check, InputError } from './check';

/** Things looked up by name. The error for an unknown name lists the known ones. */
export class Registry<T extends { readonly id: string }> {
  readonly all: readonly T[];
  readonly #byId = new Map<string, T>();

  constructor(
    /** As a message: it is shown to users who name something unknown. */
    readonly noun: string,
    items: Iterable<T>,
  ) {
    this.all = [...items];
    for (const item of this.all) {
      check(!this.#byId.has(item.id), /* not a message */ `two ${noun}s are called '${item.id}'`);
      this.#byId.set(item.id, item);
    }
  }

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  get(id: string): T {
    const found = this.#byId.get(id);
    // Called for every row of a mask, so the message is built only when it is needed.
    if (found) return found;
    throw new InputError(
      `no ${this.noun} is called '${id}'; there are ${[...this.#byId.keys()].join(', ')}`,
    );
  }
}

/** The registry of what `import.meta.glob(…, { eager: true })` found, sorted by `order`; what has none comes last, by id. */
export function registryOf<T extends { readonly id: string; readonly order?: number }>(
  noun: string,
  modules: Record<string, { default: T }>,
): Registry<T> {
  const items = Object.values(modules).map((module) => module.default);
  const taken = new Map<number, string>();
  for (const { id, order } of items) {
    if (order === undefined) continue;
    const other = taken.get(order);
    check(
      other === undefined,
      /* not a message */ `the ${noun}s '${other}' and '${id}' both have order ${order}; the largest is ${Math.max(...items.map((item) => item.order ?? 0))}`,
    );
    taken.set(order, id);
  }
  items.sort((a, b) => (a.order ?? 99) - (b.order ?? 99) || a.id.localeCompare(b.id));
  return new Registry(noun, items);
}

/** 'one-too-many' for './zoo/oneTooMany.ts': ids that are the names of files, known without loading these. */
export const idsOfFiles = (paths: readonly string[]): readonly string[] =>
  paths.map((path) =>
    path.replace(/^.*\/|\.ts$/g, '').replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
  );
