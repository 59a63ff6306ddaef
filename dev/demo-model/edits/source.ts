import { Language } from '../../../src/contracts/base/language.js';

/** One replacement as the Edit tool takes it. */
export interface Edit {
  oldString: string;
  newString: string;
}

interface FoundSetting {
  /** Where the value stands in the file. */
  from: number;
  to: number;
  text: string;
  /** In the block that a person tunes, else in a script. */
  isJson: boolean;
}

const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const VALUE = String.raw`-?\d+(?:\.\d+)?|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|\[[^\]\n]*\]`;

/**
 * A game file being changed. Edits are made of text that was found in it, each so that its old text
 * stands exactly once in the file at the time it is applied; what is not found is not touched.
 */
export class GameSource {
  private storedContent: string;
  private readonly storedEdits: Edit[] = [];
  private repeats = 0;

  constructor(content: string) {
    this.storedContent = content;
  }

  get content(): string {
    return this.storedContent;
  }

  /** The language that the page speaks. */
  get language(): Language {
    return Language.catch('ja').parse(/<html[^>]* lang="(\w+)/.exec(this.storedContent)?.[1]);
  }

  /** How often a value was asked for that the setting had already. */
  get sameCount(): number {
    return this.repeats;
  }

  get edits(): readonly Edit[] {
    return this.storedEdits;
  }

  /** A number of the settings blocks; null when there is none of that name. */
  number(key: string): number | null {
    const text = this.find(key)?.text;
    const value = text === undefined ? NaN : Number(text);
    return Number.isFinite(value) ? value : null;
  }

  /** A text of the settings blocks, without its quotes. */
  text(key: string): string | null {
    const found = this.find(key)?.text;
    return found !== undefined && /^['"]/.test(found)
      ? found.slice(1, -1).replace(/\\(.)/g, '$1')
      : null;
  }

  /** The texts of a list in the settings blocks. */
  list(key: string): string[] | null {
    const found = this.find(key)?.text;
    return found?.startsWith('[') === true
      ? [...found.matchAll(/['"]([^'"]*)['"]/g)].map((match) => match[1] ?? '')
      : null;
  }

  /**
   * Changes the value of a setting; false when there is none of that name or it has that value
   * already.
   */
  set(key: string, value: number | string | string[]): boolean {
    const found = this.find(key);
    if (!found) return false;
    const literal = found.isJson ? JSON.stringify(value) : literalOf(value);
    if (literal === found.text) {
      this.repeats += 1;
      return false;
    }
    return this.replaceSpan(found.from, found.to, literal);
  }

  /** Replaces a text that stands exactly once; false when it does not. */
  replace(oldString: string, newString: string): boolean {
    const from = this.storedContent.indexOf(oldString);
    if (oldString === '' || from < 0 || this.storedContent.indexOf(oldString, from + 1) >= 0)
      return false;
    if (oldString === newString) return false;
    this.storedContent =
      this.storedContent.slice(0, from) +
      newString +
      this.storedContent.slice(from + oldString.length);
    this.storedEdits.push({ oldString, newString });
    return true;
  }

  private find(key: string): FoundSetting | null {
    // What a person tunes stands in a block of its own, and nowhere else.
    const tuned = new RegExp(`"name":"${escapeRegExp(key)}"[^\\n]*"value":(${VALUE})`).exec(
      this.storedContent,
    );
    if (tuned) {
      const text = tuned[1] ?? '';
      const to = tuned.index + tuned[0].length;
      return { from: to - text.length, to, text, isJson: true };
    }
    for (const name of ['CONFIG', 'THEME']) {
      const start = this.storedContent.search(new RegExp(`^const ${name} = \\{`, 'm'));
      if (start < 0) continue;
      const end = this.storedContent.indexOf('\n};', start);
      const block = this.storedContent.slice(start, end < 0 ? undefined : end);
      const found = new RegExp(
        `^([ \\t]*['"]?${escapeRegExp(key)}['"]?\\s*:\\s*)(${VALUE})`,
        'm',
      ).exec(block);
      if (!found) continue;
      const from = start + found.index + (found[1]?.length ?? 0);
      const text = found[2] ?? '';
      return { from, to: from + text.length, text, isJson: false };
    }
    return null;
  }

  /**
   * Replaces a span by an edit of its whole line, of more lines when the line alone stands more
   * than once.
   */
  private replaceSpan(from: number, to: number, text: string): boolean {
    let start = this.storedContent.lastIndexOf('\n', from - 1) + 1;
    let end = this.storedContent.indexOf('\n', to);
    if (end < 0) end = this.storedContent.length;
    for (let tries = 0; tries < 20; tries += 1) {
      const oldString = this.storedContent.slice(start, end);
      if (
        this.replace(
          oldString,
          this.storedContent.slice(start, from) + text + this.storedContent.slice(to, end),
        )
      )
        return true;
      if (start > 0) start = this.storedContent.lastIndexOf('\n', start - 2) + 1;
      const next = this.storedContent.indexOf('\n', end + 1);
      end = next < 0 ? this.storedContent.length : next;
    }
    return false;
  }
}

/** A value as a game's script writes it. */
export function literalOf(value: number | string | string[]): string {
  if (typeof value === 'number') return String(value);
  const quoted = (text: string): string =>
    `'${text
      .replace(/[\\']/g, '\\$&')
      .replace(/</g, '\\x3c')
      .replace(/[\r\n]/g, ' ')}'`;
  return typeof value === 'string' ? quoted(value) : `[${value.map(quoted).join(', ')}]`;
}
