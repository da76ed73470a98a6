/** @file Which Zebra Lab this is, as package.json says: what is taken away says it too. */

/** Written in by vite.config.ts. */
declare const __VERSION__: string;

export const VERSION: string = __VERSION__;
