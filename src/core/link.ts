/**
 * Maximum characters of an address we write. Browsers accept more, but servers that forward an address cut a line at
 * some 8,190 (Apache's limit for a request line), and mail and chat programs earlier.
 */
export const LONGEST_LINK = 8000;
/** Maximum characters we read: room for what a page or a person adds. */
export const LONGEST_READ = 12_000;
