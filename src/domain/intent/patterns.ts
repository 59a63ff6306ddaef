/** One pattern from pieces that a line can hold. */
export const pattern = (...pieces: readonly string[]): RegExp => new RegExp(pieces.join(''), 'iu');

/** One pattern that fits where any of these does. */
export const anyOf = (...patterns: readonly RegExp[]): RegExp =>
  pattern(patterns.map(({ source }) => source).join('|'));

/**
 * A group of alternatives from words between spaces, the longest first; `_` stands for a space
 * inside of one.
 */
export const oneOf = (...lines: readonly string[]): string =>
  `(?:${lines
    .join(' ')
    .split(' ')
    .toSorted((one, other) => other.length - one.length)
    .join('|')
    .replaceAll('_', ' ')})`;

/**
 * What fits `piece` at this place, once and for all: an expression that fails further on does not
 * come back to read it in another way. Where one such follows the other, that takes time without
 * end. `name`: of the group, one in an expression.
 */
export const whole = (name: string, piece: string): string =>
  `(?=(?<${name}>${piece}))\\k<${name}>`;
