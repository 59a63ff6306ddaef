/** What one answer changed: from the frame that brought it, or asked for from the history. */
import { text } from '../texts/index.js';
import { dialogHeader, openDialog } from '../ui/dialog.js';
import { h } from '../ui/dom.js';

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

/** Opens at once; fills when the changes are there. @param {() => Promise<Changes>} load */
export async function openChanges(load) {
  const body = h(
    'div',
    { class: 'dialog-body changes', tabindex: 0 },
    h('p', { class: 'panel-note', role: 'status' }, text.loading),
  );
  openDialog({
    className: 'work-dialog changes-dialog',
    title: text.changesTitle,
    content: (close) => [dialogHeader(close), body],
  });
  try {
    const { summary, edits, files } = await load();
    const parts = [
      summary !== '' && h('p', { class: 'changes-summary' }, summary),
      ...files.map(fileCard),
      ...edits.map(editCard),
    ].filter((part) => part !== false);
    body.replaceChildren(
      ...(parts.length > 0 ? parts : [h('p', { class: 'panel-note' }, text.changesEmpty)]),
    );
  } catch {
    body.replaceChildren(h('p', { class: 'panel-note', role: 'alert' }, text.changesFailed));
  }
}

/** @param {{ path: string, content: string }} file */
function fileCard({ path, content }) {
  return card(path, block('added', text.newFile, content));
}

/** @param {Edit} edit */
function editCard(edit) {
  if ('diff' in edit)
    return card('index.html', h('pre', { class: 'diff-raw' }, edit.diff.split('\n').map(diffLine)));
  return card(
    edit.path,
    edit.old_string !== '' && block('removed', text.before, edit.old_string),
    block('added', text.after, edit.new_string),
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
