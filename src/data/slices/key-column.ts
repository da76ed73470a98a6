import { maskOf, type Slice } from '../slice';

const keyColumn: Slice = {
  id: 'key-column',
  label: 'First column',
  order: 2,
  summary:
    'The first column of a table, where its lines are in order: the code of a postal record.',
  fits: ({ table }) => table !== undefined,
  back: ({ table }) => table!.line,

  mask(window) {
    const { source } = window;
    const { line, key } = source.table!;
    return maskOf(window, ({ offset }) => offset % line < key);
  },
};

export default keyColumn;
