export const languageFiles: Map<string, Set<string>>;
export function languageOf(
  path: string,
  languages?: ReadonlyMap<string, ReadonlySet<string>>,
): string | undefined;
