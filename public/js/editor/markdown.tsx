/**
 * The small Markdown of answers, built as elements: headings, lists, fences, bold, italic, inline
 * code, paragraphs.
 */
import type { ComponentChild } from 'preact';

const INLINE = /(`[^`\n]+`|\*\*[^*\n]+\*\*|\*[^*\s][^*\n]*\*)/;
const HEADING = /^(#{1,3})\s+(.+)$/;
const ITEM = /^\s*[-*]\s+(.+)$/;
const NUMBERED = /^\s*\d+[.)]\s+(.+)$/;
const FENCE = /^\s*```/;
const STARTS = [HEADING, ITEM, NUMBERED, FENCE];

/** What a block is drawn as, and the line after it. */
type Block = [block: ComponentChild, next: number];

export function markdown(source: string): ComponentChild[] {
  const lines = source.replaceAll('\r\n', '\n').split('\n');
  const blocks: ComponentChild[] = [];
  let at = 0;
  while (at < lines.length) {
    const [block, next] = blockAt(lines, at);
    blocks.push(block);
    at = next;
  }
  return blocks;
}

function blockAt(lines: readonly string[], at: number): Block {
  const line = lines[at] ?? '';
  if (line.trim() === '') return [null, at + 1];
  if (FENCE.test(line)) return fence(lines, at);
  const [, marks = '', heading] = HEADING.exec(line) ?? [];
  if (heading !== undefined) {
    const name = `md-heading md-heading-${marks.length}`;
    return [<p class={name}>{inline(heading)}</p>, at + 1];
  }
  if (ITEM.test(line)) return list('ul', ITEM, lines, at);
  if (NUMBERED.test(line)) return list('ol', NUMBERED, lines, at);
  return paragraph(lines, at);
}

/** Text as the person typed it: line breaks, inline code and fences only. */
export function plain(source: string): ComponentChild[] {
  return source.split(/```[^\n]*\n?/).map((part, index) => {
    const trimmed = part.replace(/^\n+|\n+$/g, '');
    if (trimmed === '') return null;
    if (index % 2 === 1) return <CodeBlock source={trimmed} />;
    return <p class="typed">{trimmed.split(/(`[^`\n]+`)/).map(codeOrText)}</p>;
  });
}

function fence(lines: readonly string[], at: number): Block {
  let end = at + 1;
  while (end < lines.length && !FENCE.test(lines[end] ?? '')) end += 1;
  return [<CodeBlock source={lines.slice(at + 1, end).join('\n')} />, end + 1];
}

/** Items stay one list even when blank lines stand between them. */
function list(Tag: 'ul' | 'ol', pattern: RegExp, lines: readonly string[], at: number): Block {
  const items: string[] = [];
  let next = at;
  while (next < lines.length) {
    const item = pattern.exec(lines[next] ?? '');
    if (item) items.push(item[1] ?? '');
    else if ((lines[next] ?? '').trim() !== '' || !pattern.test(lines[next + 1] ?? '')) break;
    next += 1;
  }
  const drawn = items.map((item, index) => <li key={index}>{inline(item)}</li>);
  return [<Tag>{drawn}</Tag>, next];
}

function paragraph(lines: readonly string[], at: number): Block {
  const isOver = (line: string): boolean =>
    line.trim() === '' || STARTS.some((pattern) => pattern.test(line));
  const length = lines.slice(at + 1).findIndex(isOver);
  const end = length === -1 ? lines.length : at + 1 + length;
  const drawn = lines
    .slice(at, end)
    .flatMap((line, index) => (index === 0 ? inline(line) : [<br />, ...inline(line)]));
  return [<p>{drawn}</p>, end];
}

function inline(source: string): ComponentChild[] {
  return source.split(INLINE).map((part) => {
    if (/^\*\*.+\*\*$/.test(part)) return <strong>{part.slice(2, -2)}</strong>;
    if (/^\*.+\*$/.test(part)) return <em>{part.slice(1, -1)}</em>;
    return codeOrText(part);
  });
}

function codeOrText(part: string): ComponentChild {
  return /^`.+`$/.test(part) ? <code>{part.slice(1, -1)}</code> : part;
}

function CodeBlock({ source }: { source: string }) {
  return (
    <pre class="md-code" tabIndex={0}>
      <code>{source}</code>
    </pre>
  );
}
