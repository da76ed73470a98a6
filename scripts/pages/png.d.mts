export function textIn(png: Buffer, keyword: string): string | undefined;
export function sizeOf(png: Buffer): { readonly width: number; readonly height: number };
