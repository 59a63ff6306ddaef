export type Params = Readonly<Record<string, unknown>>;

/** A message: an entry of the catalogue with its params, or plain text (a model's, a user's). */
export type Shown = { readonly code: string; readonly params: Params } | { readonly text: string };

/** The catalogue in one language. */
export interface Words {
  readonly said: Readonly<Record<string, string>>;
  /** Findings of a play, by their codes. */
  readonly faults: Readonly<Record<string, string>>;
  /** Facts of a change by their kinds; `{what}` is named as a player would. */
  readonly facts: Readonly<Record<string, string>>;
  /** Controls by what a hand does. */
  readonly controls: Readonly<Record<string, string>>;
  /** Something that has no name for a player, and a list without items. */
  readonly thing: string;
  readonly nothing: string;
  /** What has changed where images differ and no fact does. */
  readonly look: string;
  /** Separates the items of a quoted list inside a sentence, and of a plain one. */
  readonly between: string;
  readonly comma: string;
}

/** Renders a message in the language of `words`; null when that catalogue lacks its code. */
export function renderIn(words: Words, message: Shown): string | null {
  if ('text' in message) return message.text;
  const { code, params } = message;
  if (!Object.hasOwn(words.said, code)) return null;
  const place = (_: string, name: string): string => paramIn(words, name, params);
  return (words.said[code] ?? '')
    .replace(/\[([^\]]*\{(\w+)\}[^\]]*)\]/g, (_, part: string, name: string) =>
      params[name] === undefined ? '' : part,
    )
    .replace(/\{(\w+)\}/g, place);
}

/** A param of a message as it stands in the text. */
export function paramIn(words: Words, name: string, params: Params): string {
  const value = params[name];
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  if (!Array.isArray(value)) return '';
  if (name === 'paragraphs')
    return (value as Shown[]).map((each) => renderIn(words, each) ?? '').join('\n\n');
  const items = value as (string | ShownFact)[];
  if (name === 'changed' && items.length === 0)
    return params['loop'] === undefined ? words.nothing : words.look;
  const isQuoted = name !== 'changed' && name !== 'gained' && name !== 'same';
  return items
    .map((item) => (typeof item === 'string' ? itemIn(words, name, item) : factIn(words, item)))
    .filter((item, at, all) => all.indexOf(item) === at)
    .join(isQuoted ? words.between : words.comma);
}

function itemIn(words: Words, name: string, item: string): string {
  return (name === 'faults' ? words.faults[item] : undefined) ?? item;
}

/** A fact of a change, with a judge's own words where there are some. */
interface ShownFact {
  readonly kind: string;
  readonly what: string;
  readonly ratio?: number;
  readonly from?: string | number | boolean;
  readonly to?: string | number | boolean;
  readonly words?: string;
}

function factIn(words: Words, { kind, what, ratio, from, to, words: own }: ShownFact): string {
  if (own) return own;
  const template = words.facts[kind] ?? '{what}';
  const name = kind === 'control' ? controlIn(words, what) : nameIn(words, kind, what);
  const said = template.replace('{what}', () => name);
  if (ratio !== undefined) return `${said} ×${ratio}`;
  if (to === undefined) return said;
  return from === undefined || kind === 'words' ? `${said} → ${to}` : `${said} ${from} → ${to}`;
}

function controlIn({ controls }: Words, what: string): string {
  const known = what.split(' ').find((word) => Object.hasOwn(controls, word));
  return known === undefined ? what.replace(/^[#.]/, '') : (controls[known] ?? what);
}

/** The end of a path that a game has declared; of what is only drawn a player knows no name. */
function nameIn({ thing }: Words, kind: string, what: string): string {
  if (kind === 'phase' || kind === 'words') return what;
  const [channel, ...parts] = what.split('.');
  if (channel !== 'state' && channel !== 'digits') return thing;
  const named = parts.filter((part) => !/^(?:\d+|[nxyz]|length)$/.test(part));
  return named.slice(-2).join(' ') || thing;
}
