/**
 * The ways to something of one's own in a message: a row of buttons below the input, on phones a
 * small menu behind the "+" beside it.
 */
import { failureText } from '../net/rest.js';
import { text } from '../texts/index.js';
import { byId, isPhone } from '../ui/dom.js';
import { later } from '../ui/later.js';
import { forMembers } from '../ui/sign-in-first.js';
import { toast } from '../ui/toast.js';
import { ACCEPTED } from './accepted.js';

/**
 * @param {object} options
 * @param {import('../net/session.js').Session} options.session
 * @param {string} options.projectId
 * @param {import('../editor/attachments.ts').Attachments} options.attachments
 */
export function wireAssets({ session, projectId, attachments }) {
  const menu = byId('assetMenu', HTMLDivElement);
  const plus = byId('plusButton', HTMLButtonElement);
  const picker = byId('assetPicker', HTMLInputElement);
  const camera = byId('cameraPicker', HTMLInputElement);
  picker.accept = ACCEPTED;
  wireMenu(plus, menu);
  /** @param {import('./asset-calls.js').Asset} asset */
  const attach = (asset) => attachments.add({ name: asset.filename, url: asset.url });
  /** @param {HTMLInputElement} input */
  const upload = async (input) => {
    const files = [...(input.files ?? [])];
    input.value = '';
    for (const file of files) {
      const work = import('../editor/on-demand.js')
        .then(({ uploadAsset }) => uploadAsset(session, file, { projectId }))
        .then(attach);
      // Without a connection the work itself cannot be loaded.
      work.catch((error) =>
        toast(`${file.name}: ${failureText(error, error.message)}`, { kind: 'error' }),
      );
      await attachments.during(work);
    }
  };
  for (const input of [picker, camera]) input.addEventListener('change', () => void upload(input));
  /** @param {string} id @param {() => void} run */
  const onClick = (id, run) =>
    byId(id, HTMLButtonElement).addEventListener(
      'click',
      () => void forMembers(session, 'images', run),
    );
  const context = { session, projectId, onInsert: attach };
  if (localStorage.getItem('dreamcore_images'))
    void import('../editor/on-demand.js').then(({ keepLeftImages }) => keepLeftImages(session));
  onClick('cameraButton', () => camera.click());
  onClick(
    'assetsButton',
    later(
      () => import('../editor/on-demand.js'),
      ({ openLibrary }) => openLibrary(context),
    ),
  );
  onClick('uploadButton', () => picker.click());
  onClick(
    'imageGenButton',
    later(
      () => import('../editor/on-demand.js'),
      ({ openImageGeneration }) => openImageGeneration(context),
    ),
  );
}

/** @param {HTMLButtonElement} plus @param {HTMLElement} menu */
function wireMenu(plus, menu) {
  /** @param {boolean} open */
  const set = (open) => {
    menu.classList.toggle('is-open', open);
    plus.setAttribute('aria-expanded', String(open));
    plus.setAttribute('aria-label', open ? text.close : text.plusMenu);
  };
  const isOpen = () => menu.classList.contains('is-open');
  set(false);
  plus.addEventListener('click', () => {
    set(!isOpen());
    const first = menu.querySelector('button');
    if (isOpen()) first?.focus();
  });
  document.addEventListener('click', ({ target }) => {
    if (isOpen() && target instanceof Node && !plus.contains(target)) set(false);
  });
  // The menu goes away with its buttons: what one of them opens gives the focus back to the "+".
  menu.addEventListener('click', () => isOpen() && plus.focus(), { capture: true });
  menu.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !isPhone()) return;
    set(false);
    plus.focus();
  });
}
