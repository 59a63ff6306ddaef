export type Params = Readonly<Record<string, unknown>>;

/** A message: an entry of the catalogue with its params, or plain text (a model's, a user's). */
export type Shown = { readonly code: string; readonly params: Params } | { readonly text: string };

/** The catalogue in one language. */
export interface Words {
  readonly said: Readonly<Record<string, string>>;
  /** Findings of a play, by their codes. */
  readonly faults: Readonly<Record<string, string>>;
  /** Separates the items of a list inside a sentence. */
  readonly between: string;
}

/** Renders a message in the language of `words`; null when that catalogue lacks its code. */
export function renderIn(words: Words, message: Shown): string | null {
  if ('text' in message) return message.text;
  const { code, params } = message;
  if (!Object.hasOwn(words.said, code)) return null;
  const place = (_: string, name: string): string => placed(words, name, params[name]);
  return (words.said[code] ?? '')
    .replace(/\[([^\]]*\{(\w+)\}[^\]]*)\]/g, (_, part: string, name: string) =>
      params[name] === undefined ? '' : part,
    )
    .replace(/\{(\w+)\}/g, place);
}

function placed(words: Words, name: string, value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  if (!Array.isArray(value)) return '';
  if (name === 'paragraphs')
    return (value as Shown[]).map((each) => renderIn(words, each) ?? '').join('\n\n');
  return (value as string[])
    .map((item) => (name === 'faults' ? words.faults[item] : undefined) ?? item)
    .join(words.between);
}
