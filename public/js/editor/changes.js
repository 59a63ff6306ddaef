/** What one answer changed: from the frame that brought it, or asked for from the history. */
import { text } from '../texts/index.js';
import { dialogHeader, openDialog } from '../ui/dialog.js';
import { h } from '../ui/dom.js';
import { settingsChange } from './settings-change.js';

/** @typedef {import('../types.js').Edit} Edit */
/**
 * @typedef {{ summary: string, edits: Edit[], files: { path: string, content: string }[] }} Changes
 */

/**
 * @param {import('../types.js').Frame<'geminiCode'>} frame @returns {Changes | null} null when
 * there is nothing to show
 */
export function changesOfFrame({ edits = [], files = [], summary = '' }) {
  return edits.length + files.length > 0 ? { summary, edits, files } : null;
}

/**
 * Opens at once; fills when the changes are there. Answers what fills it anew.
 * @param {() => Promise<Changes>} load
 * @param {{ title?: string, empty?: string, head?: HTMLElement | null }} [options]
 */
export function openChanges(
  load,
  { title = text.changesTitle, empty = text.changesEmpty, head = null } = {},
) {
  const body = h('div', { class: 'dialog-body changes', tabindex: 0 });
  openDialog({
    className: 'work-dialog changes-dialog',
    title,
    content: (close) => [dialogHeader(close), head, body],
  });
  let asked = 0;
  const fill = async () => {
    const ask = (asked += 1);
    body.replaceChildren(h('p', { class: 'panel-note', role: 'status' }, text.loading));
    const parts = await load().then(
      (changes) => cardsOf(changes, empty),
      () => [h('p', { class: 'panel-note', role: 'alert' }, text.changesFailed)],
    );
    if (ask === asked) body.replaceChildren(...parts);
  };
  void fill();
  return fill;
}

/** @param {Changes} changes @param {string} empty shown when there is nothing */
function cardsOf({ summary, edits, files }, empty) {
  const parts = [...files.map(fileCard), ...edits.map(editCard)];
  if (summary !== '') parts.unshift(h('p', { class: 'changes-summary' }, summary));
  return parts.length > 0 ? parts : [h('p', { class: 'panel-note' }, empty)];
}

/** @param {{ path: string, content: string }} file */
function fileCard({ path, content }) {
  return card(path, block('added', text.newFile, content));
}

/** @param {Edit} edit */
function editCard(edit) {
  const lines = 'diff' in edit ? linesOf(edit.diff) : [];
  const [before, after] =
    'diff' in edit ? [side(lines, '-'), side(lines, '+')] : [edit.old_string, edit.new_string];
  const settings = settingsChange(before, after);
  if (settings) return card(text.tuneTitle, settingsList(settings));
  if ('diff' in edit)
    return card(edit.path ?? 'index.html', h('pre', { class: 'diff-raw' }, lines.map(diffLine)));
  return card(
    edit.path,
    edit.old_string !== '' && block('removed', text.before, edit.old_string),
    block('added', text.after, edit.new_string),
  );
}

/** What one side has and the other has not. @param {string[]} lines @param {'-' | '+'} sign */
function side(lines, sign) {
  return lines.flatMap((line) => (line.startsWith(sign) ? [line.slice(1)] : [])).join('\n');
}

/** @param {{ label: string, from: string, to: string }[]} changed */
function settingsList(changed) {
  return h(
    'ul',
    { class: 'changed-settings' },
    changed.map(({ label, from, to }) => h('li', {}, text.settingChanged(label, from, to))),
  );
}

/** @param {string} path @param {...import('../ui/dom.js').Child} parts */
function card(path, ...parts) {
  return h('section', { class: 'change-card' }, h('h3', {}, path), parts);
}

/** @param {'added' | 'removed'} kind @param {string} label @param {string} content */
function block(kind, label, content) {
  return h(
    'div',
    { class: `change-block ${kind}` },
    h('span', { class: 'change-sign' }, `${kind === 'added' ? '+' : '−'} ${label}`),
    h('pre', {}, content),
  );
}

/** Without git's header of the file. @param {string} diff */
function linesOf(diff) {
  return diff
    .slice(Math.max(0, diff.search(/^@@/m)))
    .trimEnd()
    .split('\n');
}

/** @param {string} line */
function diffLine(line) {
  const kind = /^\+(?!\+\+)/.test(line)
    ? 'added'
    : /^-(?!--)/.test(line)
      ? 'removed'
      : line.startsWith('@@')
        ? 'place'
        : '';
  return h('span', { class: `diff-line ${kind}` }, `${line}\n`);
}
