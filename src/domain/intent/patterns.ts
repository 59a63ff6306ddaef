/** One pattern from pieces that a line can hold. */
export const pattern = (...pieces: readonly string[]): RegExp => new RegExp(pieces.join(''), 'iu');

/** One pattern that fits where any of these does. */
export const anyOf = (...patterns: readonly RegExp[]): RegExp =>
  pattern(patterns.map(({ source }) => source).join('|'));

/** A group of alternatives from words between spaces; `_` stands for a space inside of one. */
export const oneOf = (...lines: readonly string[]): string =>
  `(?:${lines.join(' ').split(' ').join('|').replaceAll('_', ' ')})`;
