/** The buttons around game and chat: play, code, download, versions, reload, frame. */
import { failureText, get } from '../net/rest.js';
import { text } from '../texts/index.js';
import { byId, whileBusy } from '../ui/dom.js';
import { fileName, saveFile } from '../ui/file-name.js';
import { icon } from '../ui/icons.js';
import { later } from '../ui/later.js';
import { toast } from '../ui/toast.js';

const FRAME_SETTING = 'dreamcore_preview_frame';

/** @param {import('./editor.js').Editor} editor */
export function wireTools(editor) {
  const game = [
    'playGameButton',
    'publishButton',
    'viewCodeButton',
    'downloadButton',
    'refreshPreviewButton',
    'frameButton',
  ].map((id) => byId(id, HTMLButtonElement));
  const versions = byId('versionsButton', HTMLButtonElement);
  /** @param {string} id @param {() => void} run */
  const onClick = (id, run) => byId(id, HTMLButtonElement).addEventListener('click', run);
  onClick('playGameButton', () => editor.play());
  onClick('refreshPreviewButton', () => editor.preview.play());
  onClick(
    'viewCodeButton',
    later(
      () => import('./on-demand.js'),
      ({ openCodeViewer }) => openCodeViewer(editor.session, editor.projectId),
    ),
  );
  const zip = byId('downloadButton', HTMLButtonElement);
  zip.addEventListener('click', () => void whileBusy(zip, () => download(editor)));
  onClick('versionsButton', () => void editor.versions.openPanel());
  onClick('previewJob', () => editor.panes.showChat());
  wireFrame();
  return {
    /** Buttons that need a game appear with it. @param {boolean} hasGame */
    showProject(hasGame) {
      for (const button of game) button.hidden = !hasGame;
      versions.hidden = false;
    },
  };
}

/** @param {import('./editor.js').Editor} editor */
async function download({ session, projectId, title }) {
  await save(session, `/api/projects/${projectId}/download`, fileName(title.name, '.zip'));
}

/**
 * All versions as a git repository.
 * @param {import('./editor.js').Editor} editor
 */
export function downloadRepository({ session, projectId, title }) {
  const name = fileName(title.name, '.git.zip');
  return save(session, `/api/projects/${projectId}/repository`, name);
}

/** @param {import('../net/session.js').Session} session @param {string} from @param {string} as */
async function save(session, from, as) {
  toast(text.downloading);
  try {
    saveFile(await (await get(session, from)).blob(), as);
  } catch (error) {
    toast(failureText(error, text.downloadFailed), { kind: 'error' });
  }
}

/** Desktop: the game in the shape of a phone, or as wide as the pane. */
function wireFrame() {
  const button = byId('frameButton', HTMLButtonElement);
  const stage = byId('previewStage', HTMLDivElement);
  /** @param {boolean} isPhoneShape */
  const show = (isPhoneShape) => {
    stage.classList.toggle('is-wide', !isPhoneShape);
    const label = isPhoneShape ? text.wideFrame : text.phoneFrame;
    button.replaceChildren(icon(isPhoneShape ? 'wide' : 'phone'));
    button.title = label;
    button.setAttribute('aria-label', label);
    button.removeAttribute('aria-pressed');
  };
  let isPhoneShape = localStorage.getItem(FRAME_SETTING) !== 'wide';
  button.addEventListener('click', () => {
    isPhoneShape = !isPhoneShape;
    localStorage.setItem(FRAME_SETTING, isPhoneShape ? 'phone' : 'wide');
    show(isPhoneShape);
  });
  show(isPhoneShape);
}
