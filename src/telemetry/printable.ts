/**
 * What steers a terminal or turns the order of what is read: C0 and C1 controls, DEL, marks,
 * overrides and isolates of bidirectional text, Unicode's line ends. Line feeds and tabs stay.
 */
const STEERING = /[^\P{Cc}\n\t]|\p{Bidi_Control}|[\u2028\u2029]/gu;

/** The text without what could steer a terminal: for whatever others may have written. */
export const printable = (text: string): string => text.replaceAll(STEERING, '');

/** A line of JSON in which the same stands escaped: programs read the same values. */
export function printableJson(line: string): string {
  return line.replaceAll(
    STEERING,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}

/** A line of JSON whose texts, once they are decoded, are {@link printable}; other lines are so. */
export function printableTexts(line: string): string {
  try {
    const clean = (_: string, value: unknown): unknown =>
      typeof value === 'string' ? printable(value) : value;
    return `${JSON.stringify(JSON.parse(line, clean))}\n`;
  } catch {
    return printable(line);
  }
}
