/** The first characters of a text, at most so many, and none of them by half. */
export const cut = (text: string, maxChars: number): string =>
  // No character takes more than two units.
  Array.from(text.slice(0, 2 * maxChars))
    .slice(0, maxChars)
    .join('');
