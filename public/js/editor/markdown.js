/**
 * The small Markdown of answers, built as elements: headings, lists, fences, bold, italic, inline
 * code, paragraphs.
 */
import { h } from '../ui/dom.js';

/** @typedef {import('../ui/dom.js').Child} Child */

const INLINE = /(`[^`\n]+`|\*\*[^*\n]+\*\*|\*[^*\s][^*\n]*\*)/;
const HEADING = /^(#{1,3})\s+(.+)$/;
const ITEM = /^\s*[-*]\s+(.+)$/;
const NUMBERED = /^\s*\d+[.)]\s+(.+)$/;
const FENCE = /^\s*```/;

/** @param {string} source @returns {HTMLElement[]} */
export function markdown(source) {
  const lines = source.replaceAll('\r\n', '\n').split('\n');
  /** @type {HTMLElement[]} */
  const blocks = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? '';
    const heading = line.match(HEADING);
    if (line.trim() === '') at += 1;
    else if (FENCE.test(line)) at = fence(lines, at, blocks);
    else if (heading) {
      blocks.push(
        h(
          'p',
          { class: `md-heading md-heading-${heading[1]?.length ?? 1}` },
          inline(heading[2] ?? ''),
        ),
      );
      at += 1;
    } else if (ITEM.test(line)) at = list('ul', ITEM, lines, at, blocks);
    else if (NUMBERED.test(line)) at = list('ol', NUMBERED, lines, at, blocks);
    else at = paragraph(lines, at, blocks);
  }
  return blocks;
}

/**
 * Text as the person typed it: line breaks, inline code and fences only. @param {string} source
 * @returns {HTMLElement[]}
 */
export function plain(source) {
  /** @type {HTMLElement[]} */
  const blocks = [];
  for (const [index, part] of source.split(/```[^\n]*\n?/).entries()) {
    const trimmed = part.replace(/^\n+|\n+$/g, '');
    if (trimmed !== '')
      blocks.push(
        index % 2 === 1 ? codeBlock(trimmed) : h('p', { class: 'typed' }, codeSpans(trimmed)),
      );
  }
  return blocks;
}

/**
 * @param {string[]} lines @param {number} at @param {HTMLElement[]} blocks @returns {number} the
 * line after the block
 */
function fence(lines, at, blocks) {
  let end = at + 1;
  while (end < lines.length && !FENCE.test(lines[end] ?? '')) end += 1;
  blocks.push(codeBlock(lines.slice(at + 1, end).join('\n')));
  return end + 1;
}

/**
 * Items stay one list even when blank lines stand between them.
 * @param {'ul' | 'ol'} tag @param {RegExp} pattern @param {string[]} lines @param {number} at
 * @param {HTMLElement[]} blocks
 */
function list(tag, pattern, lines, at, blocks) {
  const items = [];
  let next = at;
  while (next < lines.length) {
    const item = (lines[next] ?? '').match(pattern);
    if (item) items.push(h('li', {}, inline(item[1] ?? '')));
    else if ((lines[next] ?? '').trim() !== '' || !pattern.test(lines[next + 1] ?? '')) break;
    next += 1;
  }
  blocks.push(h(tag, {}, items));
  return next;
}

/** @param {string[]} lines @param {number} at @param {HTMLElement[]} blocks */
function paragraph(lines, at, blocks) {
  let end = at + 1;
  const starts = [HEADING, ITEM, NUMBERED, FENCE];
  while (
    end < lines.length &&
    (lines[end] ?? '').trim() !== '' &&
    !starts.some((pattern) => pattern.test(lines[end] ?? ''))
  )
    end += 1;
  const children = lines
    .slice(at, end)
    .flatMap((line, index) => (index === 0 ? inline(line) : [h('br'), ...inline(line)]));
  blocks.push(h('p', {}, children));
  return end;
}

/** @param {string} source @returns {Child[]} */
function inline(source) {
  return source.split(INLINE).map((part) => {
    if (/^`.+`$/.test(part)) return h('code', {}, part.slice(1, -1));
    if (/^\*\*.+\*\*$/.test(part)) return h('strong', {}, part.slice(2, -2));
    if (/^\*.+\*$/.test(part)) return h('em', {}, part.slice(1, -1));
    return part;
  });
}

/** @param {string} source @returns {Child[]} */
function codeSpans(source) {
  return source
    .split(/(`[^`\n]+`)/)
    .map((part) => (/^`.+`$/.test(part) ? h('code', {}, part.slice(1, -1)) : part));
}

/** @param {string} source */
function codeBlock(source) {
  return h('pre', { class: 'md-code', tabindex: 0 }, h('code', {}, source));
}
