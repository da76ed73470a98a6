export function languageOf(
  path: string,
  languages?: ReadonlyMap<string, ReadonlySet<string>>,
): string | undefined;
