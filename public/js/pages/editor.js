/** Editor page: the project's id is the last segment of the path. */
import { Editor } from '../editor/editor.js';
import { requireSession } from '../net/session.js';
import { text } from '../texts/index.js';
import { buttonOf, byId, h } from '../ui/dom.js';
import { listFailure } from '../ui/list-state.js';
import { startPage } from '../ui/shell.js';

startPage(text.editorTitle);

async function start() {
  const projectId =
    location.pathname
      .split('/')
      .filter((segment) => segment !== '')
      .at(-1) ?? '';
  const session = await requireSession();
  new Editor(session, projectId).open();
}

/** Neither server nor sign-in could be reached. */
function showFailure() {
  const place = byId('openFailure', HTMLDivElement);
  place.hidden = false;
  place.replaceChildren(
    listFailure(
      text.editorOpenFailed,
      h('p', {}, text.listFailedHint),
      buttonOf('button', text.retry, () => location.reload()),
    ),
  );
}

start().catch(showFailure);
