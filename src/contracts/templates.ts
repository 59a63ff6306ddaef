export type Params = Readonly<Record<string, string>>;

/** A text with its places, names in braces, filled; one without a param stays as it is. */
export function filled(words: string, params: Params): string {
  return words.replace(/\{(\w+)\}/g, (place, name: string) => params[name] ?? place);
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** Finds a filled text again: what stands in a place is the group of its name. */
export function patternOf(words: string): RegExp {
  const parts = words
    .split(/\{(\w+)\}/)
    .map((part, at) => (at % 2 === 0 ? escaped(part) : `(?<${part}>.+)`));
  return new RegExp(`^${parts.join('')}$`, 's');
}
