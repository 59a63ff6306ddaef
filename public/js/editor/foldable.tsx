/** Long texts of the chat: their first lines, and the rest when it is wanted. */
import { useSignal } from '@preact/signals';
import type { ComponentChild } from 'preact';
import { useRef } from 'preact/hooks';
import { text } from '../texts/index.js';
import { Button } from '../ui/button.tsx';

/** A line of a bubble, in columns: a Latin letter takes one, a Japanese one two. */
const COLUMNS = 44;

/** The text up to the end of `maxLines` drawn lines; null when the text has no more lines. */
function beginningOf(source: string, maxLines: number): string | null {
  let [lines, column, at] = [1, 0, 0];
  for (const character of source) {
    const width = character < '\u2e80' ? 1 : 2;
    if (character === '\n' || column + width > COLUMNS) {
      lines += 1;
      column = 0;
    }
    if (lines > maxLines) return source.slice(0, at).trimEnd();
    if (character !== '\n') column += width;
    at += character.length;
  }
  return null;
}

interface FoldableProps {
  source: string;
  maxLines: number;
  draw: (source: string) => ComponentChild;
}

/** What a text is drawn as; of a long one the beginning, with a button for all of it. */
export function Foldable({ source, maxLines, draw }: FoldableProps) {
  const isUnfolded = useSignal(false);
  const words = useRef<HTMLDivElement>(null);
  const beginning = beginningOf(source, maxLines);
  if (beginning === null) return <>{draw(source)}</>;
  const unfold = (): void => {
    isUnfolded.value = true;
    words.current?.focus();
  };
  return (
    <>
      <div ref={words} tabIndex={-1}>
        {draw(isUnfolded.value ? source : `${beginning}…`)}
      </div>
      {!isUnfolded.value && (
        <Button class="link-button" aria-expanded={false} onClick={unfold}>
          {text.showMore}
        </Button>
      )}
    </>
  );
}
