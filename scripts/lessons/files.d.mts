export function lessonFiles(): Record<string, string>;
export function known(): { readonly recordings: string[]; readonly models: string[] };
