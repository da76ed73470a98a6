/** @file How long each stage of a start took, in the browser's performance tools and for `npm run measure`. */

/** Does `work` and notes its time as the measure `zebra NAME`. */
export async function stage<T>(name: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  try {
    return await work();
  } finally {
    performance.measure(`zebra ${name}`, { start });
  }
}
