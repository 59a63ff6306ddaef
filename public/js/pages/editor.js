/** Editor page: the project's id is the last segment of the path. */
import { h, render } from 'preact';
import { Editor } from '../editor/editor.js';
import { GuestLine } from '../editor/guest-line.tsx';
import { noticeLeft } from '../net/return-to.ts';
import { requireSession } from '../net/session.js';
import { text } from '../texts/index.js';
import { buttonOf, byId, h as element } from '../ui/dom.js';
import { listFailure } from '../ui/list-state.js';
import { startPage } from '../ui/shell.js';
import { toast } from '../ui/toast.js';

startPage(text.editorTitle);

async function start() {
  const projectId =
    location.pathname
      .split('/')
      .filter((segment) => segment !== '')
      .at(-1) ?? '';
  const session = await requireSession();
  if (session.isGuest) render(h(GuestLine, {}), byId('guestPlace', HTMLDivElement));
  if (noticeLeft.take() === 'adopted') toast(text.adopted, { kind: 'success' });
  new Editor(session, projectId).open();
}

/** Neither server nor sign-in could be reached. */
function showFailure() {
  const place = byId('openFailure', HTMLDivElement);
  place.hidden = false;
  place.replaceChildren(
    listFailure(
      text.editorOpenFailed,
      element('p', {}, text.listFailedHint),
      buttonOf('button', text.retry, () => location.reload()),
    ),
  );
}

start().catch(showFailure);
