/** @file The version of Zebra Lab, from package.json; exported files include it. */

/** Inserted by vite.config.ts. */
declare const __VERSION__: string;

export const VERSION: string = __VERSION__;
