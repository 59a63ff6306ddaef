const EAST_ASIAN = '\\u3000-\\u30ff\\u3400-\\u9fff\\uf900-\\ufaff\\uff00-\\uffef';
const PIECES = new RegExp(`\\n|[^\\S\\n]+|[${EAST_ASIAN}]|[^\\s${EAST_ASIAN}]+`, 'gu');
/** Signs that no line may begin with. */
const CLOSING = /^[、。，．！？」』）】〉》・ーぁぃぅぇぉっゃゅょァィゥェォッャュョ…]/u;

/**
 * Breaks a text into lines no wider than `width`: between words, and between any two characters of
 * Japanese. A word that is wider has a line of its own.
 */
export function breakLines(
  text: string,
  width: number,
  measure: (line: string) => number,
): string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of text.match(PIECES) ?? []) {
    const isFull = line !== '' && measure(line + piece.trimEnd()) > width && !CLOSING.test(piece);
    if (isFull || piece === '\n') {
      lines.push(line.trimEnd());
      line = piece.trimStart();
    } else line += piece;
  }
  lines.push(line.trimEnd());
  return lines;
}

/**
 * The language of a game's words, as in `ja`: `?lang=` of the address, else that of the page, else
 * the browser's.
 */
export function languageOf(search: string, page: string, browser: string): string {
  const wanted = new URLSearchParams(search).get('lang') ?? '';
  const [tag = 'en'] = [wanted, page, browser].filter((each) => /^[a-z]{2,3}\b/i.test(each));
  return tag
    .slice(0, 3)
    .replace(/[^a-z].*/i, '')
    .toLowerCase();
}
