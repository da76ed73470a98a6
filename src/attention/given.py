import base64


def given(text):
    """Rows of a mask as Zebra Lab writes them: a list by position of lists of T, True where the query may read the key."""
    data = base64.urlsafe_b64decode(text + '=' * (-len(text) % 4))
    at = 0

    def number():
        nonlocal at
        value, unit = 0, 1
        while True:
            byte = data[at]
            at += 1
            value += byte % 128 * unit
            unit *= 128
            if byte < 128:
                return value

    version, T = number(), number()
    assert version in (1, 2), f'the rows are of version {version}'
    queries = T if version == 1 else number()
    before = max(0, T - queries)  # positions of which no row was given
    rows, row = [[False] * T for _ in range(before)], 0  # a row is a number: bit k says whether key k may be read
    while len(rows) < before + queries:
        more, way = divmod(number(), 3)
        change = end = 0
        for _ in range(number() if way < 2 else 0):
            start = end + number()
            end = start + number()
            change |= (1 << end) - (1 << start)
        for _ in range(more + 1):
            if way == 2:
                size = (T + 7) // 8
                row = int.from_bytes(data[at:at + size], 'little')
                at += size
            else:  # what changes from the row above, or from that moved on by a key
                row = (row << way & (1 << T) - 1) ^ change
            rows.append([bit == '1' for bit in f'{row:0{T}b}'[::-1]])
    return rows
