export function findChromium(): string | undefined;
export function chromiumPath(): string;
export function chromiumArguments(options: { webgpu: boolean }): string[];
