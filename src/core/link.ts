/**
 * Characters of an address that we write at most. Browsers take more, but servers that pass an address on cut a line at
 * some 8,190 (Apache's limit of a request line), and mail and chat programs at less than that.
 */
export const LONGEST_LINK = 8000;
/** Characters that are read: room for what a page or a person adds to it. */
export const LONGEST_READ = 12_000;
