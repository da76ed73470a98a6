export const KEYWORD: string;
export function hashOf(picture: string): string;
