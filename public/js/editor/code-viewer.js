/** The game's HTML, to read and to copy. */
import { get } from '../net/rest.js';
import { text } from '../texts/index.js';
import { dialogHeader, openDialog } from '../ui/dialog.js';
import { buttonOf, h } from '../ui/dom.js';
import { icon } from '../ui/icons.js';
import { toast } from '../ui/toast.js';

const COPIED_SHOWN_MS = 2_000;

/** @param {import('../net/session.js').Session} session @param {string} projectId */
export async function openCodeViewer(session, projectId) {
  let code = '';
  try {
    const response = await get(session, `/api/projects/${projectId}/code`);
    code = (await response.json()).code;
  } catch {
    toast(text.codeFailed, { kind: 'error' });
    return;
  }
  const label = h('span', {}, text.copy);
  const view = h('code', { id: 'codeViewerCode' }, code);
  const copy = buttonOf('button compact copy-btn', [icon('copy', 16), label], async () => {
    if (!(await copyText(code, view))) return toast(text.copyFailed, { kind: 'error' });
    copy.classList.add('is-copied');
    label.textContent = text.copied;
    window.setTimeout(() => {
      copy.classList.remove('is-copied');
      label.textContent = text.copy;
    }, COPIED_SHOWN_MS);
  });
  openDialog({
    className: 'work-dialog code-viewer',
    title: text.codeTitle,
    content: (close) => [
      dialogHeader(close, copy),
      h('pre', { class: 'code-ground', tabindex: 0 }, view),
    ],
  });
}

/**
 * The clipboard where the browser allows it, else the old way by a selection. @param {string}
 * content @param {HTMLElement} shown
 */
async function copyText(content, shown) {
  try {
    await navigator.clipboard.writeText(content);
    return true;
  } catch {
    window.getSelection()?.selectAllChildren(shown);
    return document.execCommand('copy');
  }
}
