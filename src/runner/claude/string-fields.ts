/** Decoded text of one top-level string field, as far as it has arrived. */
export interface FieldPiece {
  readonly field: string;
  readonly text: string;
  /** The closing quote was seen: the value is complete. */
  readonly isEnd: boolean;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };

/**
 * Reads the string fields of one JSON object while it is still being written, so that a player sees
 * code and not JSON escapes. Nested values are passed over. Malformed input yields odd text, never
 * an error: what counts is read elsewhere.
 */
export class StringFieldReader {
  private depth = 0;
  private isKey = true;
  private field = '';
  private key = '';
  private inString = false;
  private escape: string | null = null;
  private text = '';
  private pieces: FieldPiece[] = [];

  /** Takes the next fragment of the JSON text and answers what became readable by it. */
  feed(fragment: string): FieldPiece[] {
    this.pieces = [];
    for (const char of fragment.split('')) {
      if (this.inString) this.inside(char);
      else this.outside(char);
    }
    this.flush(false);
    return this.pieces;
  }

  private outside(char: string): void {
    if (char === '"') {
      this.inString = true;
      this.key = '';
    } else if (char === '{' || char === '[') {
      this.depth += 1;
    } else if (char === '}' || char === ']') {
      this.depth -= 1;
    } else if (char === ':' && this.depth === 1) {
      this.isKey = false;
      this.field = this.key;
    } else if (char === ',' && this.depth === 1) {
      this.isKey = true;
    }
  }

  private inside(char: string): void {
    if (this.escape !== null) {
      this.escape += char;
      this.unescape(this.escape);
    } else if (char === '\\') {
      this.escape = '';
    } else if (char === '"') {
      this.inString = false;
      this.flush(true);
    } else {
      this.append(char);
    }
  }

  private unescape(escape: string): void {
    if (escape.startsWith('u')) {
      if (escape.length < 5) return;
      this.append(String.fromCharCode(Number.parseInt(escape.slice(1), 16)));
    } else {
      this.append(ESCAPES[escape] ?? escape);
    }
    this.escape = null;
  }

  private append(char: string): void {
    if (this.depth !== 1) return;
    if (this.isKey) this.key += char;
    else this.text += char;
  }

  private flush(isEnd: boolean): void {
    if (this.depth !== 1 || this.isKey) return;
    // Half of a surrogate pair waits for its other half.
    const cut =
      !isEnd && /[\ud800-\udbff]$/.test(this.text) ? this.text.length - 1 : this.text.length;
    const text = this.text.slice(0, cut);
    this.text = this.text.slice(cut);
    if (text !== '' || isEnd) this.pieces.push({ field: this.field, text, isEnd });
  }
}
