/**
 * Maximum characters of a URL we write. Browsers accept more, but servers that forward a URL cut a line at some 8,190
 * (Apache's limit for a request line), and mail and chat programs earlier.
 */
export const LONGEST_LINK = 8000;
/** Maximum characters of a URL we read: more, because pages and users add to it. */
export const LONGEST_READ = 12_000;
