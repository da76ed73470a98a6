/** @file The end of a widget in the notebook's page: what Python's traits are here (anywidget's front-end modules). */
import { isWhole } from '../core/schema';
import type { Place } from '../state/workbench.svelte';

export interface Model {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  save_changes(): void;
  on(event: string, act: () => void): void;
  off(event: string, act: () => void): void;
}

/** Sets what differs, so that two views of one widget do not answer each other. */
export function tell(model: Model, name: string, value: unknown): void {
  if (JSON.stringify(model.get(name) ?? null) === JSON.stringify(value ?? null)) return;
  model.set(name, value);
  model.save_changes();
}

/** Undefined for no cell, and for anything that is not one. */
export function placeIn(value: unknown): Place | undefined {
  const { query, key } = (value ?? {}) as Partial<Place>;
  return isWhole(query) && isWhole(key) ? { query, key } : undefined;
}

/** The bytes that Python sends, which arrive as a DataView. */
export const bytesIn = (value: unknown): Uint8Array<ArrayBuffer> =>
  value instanceof DataView
    ? new Uint8Array(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength)
    : new Uint8Array();

export const wholeIn = (value: unknown): number => (isWhole(value) ? value : 0);
export const textIn = (value: unknown): string => (typeof value === 'string' ? value : '');
