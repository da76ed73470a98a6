/** What readers are told instead of `npm run NAME`, by name. */
export const COMMANDS: Readonly<Record<string, string>>;
