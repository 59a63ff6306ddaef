import { badSyntax } from './errors.js';

/**
 * A name in a query: letters, digits, `_`, `$`, inner blanks and dashes; everything else has to
 * stand in quotes.
 */
const PLAIN_NAME = /[\p{L}\p{N}_$](?:[\p{L}\p{N}_$ ]|-(?!>))*/uy;
const MAX_IDENTIFIER_BYTES = 63;

/** Scans one parameter of a query; each refusal carries the position. */
export class Scanner {
  private position = 0;

  constructor(private readonly text: string) {}

  get isAtEnd(): boolean {
    return this.position >= this.text.length;
  }

  peek(): string {
    return this.text.charAt(this.position);
  }

  /** Takes `token` if it comes next. */
  take(token: string): boolean {
    if (!this.text.startsWith(token, this.position)) return false;
    this.position += token.length;
    return true;
  }

  expect(token: string): void {
    if (!this.take(token)) this.fail(`"${token}"`);
  }

  expectEnd(): void {
    if (!this.isAtEnd) this.fail('the end');
  }

  /** Takes what a sticky pattern matches here. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.position += found.length;
    return found;
  }

  /** Takes a plain or quoted identifier. */
  name(): string {
    const name = this.peek() === '"' ? this.quoted() : this.match(PLAIN_NAME)?.trimEnd();
    if (!name) this.fail('a name');
    if (Buffer.byteLength(name) > MAX_IDENTIFIER_BYTES)
      throw badSyntax(
        `the name ${name.slice(0, 20)}… is longer than ${MAX_IDENTIFIER_BYTES} bytes`,
      );
    return name;
  }

  /** Takes a text in double quotes, in which a backslash protects the next character. */
  quoted(): string {
    const found = this.match(/"(?:[^"\\]|\\[\s\S])*"/y);
    if (found === undefined) this.fail('a closing quote');
    return unquote(found);
  }

  /** Takes everything up to the end. */
  rest(): string {
    const found = this.text.slice(this.position);
    this.position = this.text.length;
    return found;
  }

  fail(wanted: string): never {
    throw badSyntax(
      `expected ${wanted} at ${this.position} of ${JSON.stringify(this.text.slice(0, 200))}`,
    );
  }
}

/** What a text in double quotes stands for. */
export const unquote = (quoted: string): string => quoted.slice(1, -1).replace(/\\([\s\S])/g, '$1');
