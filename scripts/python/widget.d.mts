export function widget(): Promise<{ readonly code: string; readonly moduleIds: readonly string[] }>;
export function packed(code: string): string;
