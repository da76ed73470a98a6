import type { Plugin } from 'vite';

type Contents = ReadonlyMap<string, Uint8Array>;
type Languages = ReadonlyMap<string, ReadonlySet<string>>;

export function groupOf(path: string, languages?: Languages): string;
export function listOf(
  version: string,
  contents: Contents,
  languages?: Languages,
): {
  readonly format: 1;
  readonly version: string;
  readonly optional: readonly string[];
  readonly files: readonly {
    readonly path: string;
    readonly bytes: number;
    readonly hash: string;
    readonly group: string;
  }[];
};
export function versionOf(contents: Contents): string;
export function withVersion(html: string, version: string): string;
export function writeList(folder: string, languages?: Languages): string;
export function builtFiles(tag: string): string;
export function offline(language: { readonly tag: string }): Plugin;
