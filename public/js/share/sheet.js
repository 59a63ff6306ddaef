/**
 * Giving a game to others: its link for everybody, its image and its video for the maker. A modal
 * dialog, or a sheet that leaves the page usable.
 */
import { failureText, get } from '../net/rest.js';
import { text } from '../texts/index.js';
import { dialogHeader, openDialog } from '../ui/dialog.js';
import { buttonOf, h, whileBusy } from '../ui/dom.js';
import { fileName, saveFile } from '../ui/file-name.js';
import { icon } from '../ui/icons.js';
import { toast } from '../ui/toast.js';

/** @typedef {import('../types.js').GameCard} GameCard */
/** @typedef {import('../net/session.js').Session} Session */

/**
 * @param {object} options
 * @param {GameCard} options.game
 * @param {Session | null} options.session
 * @param {string} options.title
 * @param {boolean} [options.isModal] false: the page stays usable beside the sheet
 */
export function openShareSheet({ game, session, title, isModal = true }) {
  const name = game.title || text.playNoTitle;
  const url = new URL(game.shareUrl, location.origin).href;
  openDialog({
    className: 'share-sheet',
    title,
    isModal,
    content: (close) => [
      dialogHeader(close),
      h(
        'div',
        { class: 'dialog-body' },
        h(
          'div',
          { class: 'share-game' },
          game.thumbnailUrl &&
            h('img', {
              src: game.thumbnailUrl,
              alt: '',
              width: 54,
              height: 96,
              class: 'share-image',
            }),
          h(
            'div',
            {},
            h('p', { class: 'share-name' }, name),
            game.visibility === 'unlisted' &&
              h('p', { class: 'share-note' }, text.publishUnlistedNote),
          ),
        ),
        linkField(name, url),
        game.isOwner && session && makersFiles(game, session, name),
      ),
    ],
  });
}

/** @param {string} name @param {string} url */
function linkField(name, url) {
  const field = h('input', {
    class: 'text-input',
    readonly: true,
    value: url,
    'aria-label': text.shareLink,
    onfocus: () => field.select(),
  });
  return h(
    'div',
    { class: 'share-link' },
    field,
    action('copy', text.shareCopy, async () => {
      await navigator.clipboard.writeText(url);
      toast(text.playCopied, { kind: 'success' });
    }),
    'share' in navigator &&
      action('share', text.shareSend, () => navigator.share({ title: name, url }), 'primary'),
  );
}

/**
 * The maker's image and video; what there is not leads to where it is made. @param {GameCard} game
 * @param {Session} session @param {string} name
 */
function makersFiles(game, session, name) {
  const place = h('div', { class: 'share-files' });
  const projectId = game.projectId ?? '';
  const isSendable = 'canShare' in navigator;
  /** @param {string} address @param {string} extension */
  const giveFrom = (address, extension) => async () =>
    give(await (await get(session, address)).blob(), name, extension);
  const [sendImage, sendVideo] = isSendable
    ? [text.shareImage, text.shareVideo]
    : [text.saveImage, text.saveVideo];
  if (game.thumbnailUrl)
    place.append(action('image', sendImage, giveFrom(game.thumbnailUrl, '.webp')));
  const address = `/api/projects/${projectId}/movie?t=${Date.now()}`;
  const video = action('video', sendVideo, giveFrom(address, '.mp4'));
  video.disabled = true;
  place.append(video);
  get(session, `/api/projects/${projectId}/publish`)
    .then(async (answer) => {
      if ((await answer.json()).hasVideo !== false) video.disabled = false;
      else
        video.replaceWith(
          h(
            'a',
            { class: 'button compact', href: `/publish.html?id=${projectId}#video` },
            icon('video', 18),
            text.videoMake,
          ),
        );
    })
    .catch(() => {
      /* the button stays off */
    });
  return place;
}

/**
 * By the system's own share sheet where that takes files, else as a download. @param {Blob} blob
 * @param {string} name @param {string} extension
 */
async function give(blob, name, extension) {
  const named = fileName(name, extension);
  const file = new File([blob], named, { type: blob.type });
  if (!navigator.canShare?.({ files: [file] })) return saveFile(blob, named);
  await navigator.share({ files: [file], title: name }).catch((error) => {
    // On a slow line the tap that a browser asks for is too long ago.
    if (error.name !== 'NotAllowedError') throw error;
    saveFile(blob, named);
  });
}

/**
 * A button that is busy until its work is done. Closing the system's sheet is no
 * failure.
 * @param {import('../ui/icons.js').IconName} iconName @param {string} label @param {() =>
 * Promise<void>} run @param {string} [look]
 */
function action(iconName, label, run, look = '') {
  const button = buttonOf(`button compact ${look}`, [icon(iconName, 18), label], () =>
    whileBusy(button, async () => {
      try {
        await run();
      } catch (error) {
        if (!(error instanceof DOMException && error.name === 'AbortError'))
          toast(failureText(error, text.somethingWrong), { kind: 'error' });
      }
    }),
  );
  return button;
}
