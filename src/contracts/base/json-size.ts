const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [BRACKET, BRACKET_END, BRACE, BRACE_END] = [0x5b, 0x5d, 0x7b, 0x7d];

/** No JSON that comes from outside is nested deeper. */
const MAX_DEPTH = 32;

/**
 * Counts values and depth before `JSON.parse` allocates for each of them: 60 KB of `{},` become
 * 1.3 MB of objects. Bytes that are no JSON may count as anything.
 */
export function isSmallJson(bytes: Buffer, maxValues: number): boolean {
  let [depth, values] = [0, 0];
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) at = endOfString(bytes, at);
    else if (byte === COMMA) values += 1;
    else if (byte === BRACKET || byte === BRACE) {
      depth += 1;
      values += 1;
    } else if (byte === BRACKET_END || byte === BRACE_END) depth -= 1;
    if (depth > MAX_DEPTH || values > maxValues) return false;
  }
  return true;
}

function endOfString(bytes: Buffer, start: number): number {
  let at = start + 1;
  for (; at < bytes.length && bytes[at] !== QUOTE; at += 1) if (bytes[at] === BACKSLASH) at += 1;
  return at;
}
