/**
 * Plays a published game, for everybody, or an own project. The game lives in a sandbox and never
 * sees a token.
 */
import { fillOnFirstTouch } from '../feed/full-screen.js';
import { openInfo } from '../feed/info.js';
import { wireLike } from '../feed/like.js';
import { countPlay, focusGame, gameFrame, keysButton, publishedGame } from '../feed/play-game.js';
import { wireRemix } from '../feed/remix.js';
import { gamesAfter } from '../feed/walk.js';
import { fulfilWishes } from '../feed/wishes.js';
import { projectThumb } from '../list/thumb.js';
import { get, orAbsent, withToken } from '../net/rest.js';
import { gameLeft } from '../net/return-to.ts';
import { knownSession } from '../net/session.js';
import { openShareSheet } from '../share/sheet.js';
import { text } from '../texts/index.js';
import { buttonOf, byId, whileBusy } from '../ui/dom.js';
import { startPage } from '../ui/shell.js';
import { toast } from '../ui/toast.js';

/** @typedef {import('../types.js').GameCard} GameCard */
/** @typedef {import('../net/session.js').Session} Session */

startPage(text.playPageTitle);
const params = new URLSearchParams(location.search);
const info = byId('infoButton', HTMLButtonElement);

/** `/game.html?id=…` and `/play/…` are the same page. */
function gameId() {
  return params.get('id') ?? location.pathname.split('/')[2] ?? '';
}

async function start() {
  const session = await knownSession().catch(() => null);
  if (!session) keepGameForVisitor();
  const id = encodeURIComponent(gameId());
  const game = await publishedGame(id, session);
  if (game) return showGame(game, session);
  const project =
    session &&
    (await get(session, `/api/projects/${id}`)
      .then((answer) => answer.json())
      .catch(orAbsent));
  if (!session || !project) return showNothing();
  byId('playTitle', HTMLHeadingElement).textContent = project.name;
  document.title = text.playTitle(project.name);
  const image = withToken(`/api/projects/${project.id}/thumbnail`, session);
  play(
    withToken(`/game/${session.userId}/${project.id}/index.html`, session),
    projectThumb(project.id, project.name, image),
  );
}

/** @param {GameCard} game @param {Session | null} session */
function showGame(game, session) {
  const title = game.title || text.playNoTitle;
  byId('playTitle', HTMLHeadingElement).textContent = title;
  document.title = text.playTitle(title);
  info.hidden = false;
  info.addEventListener('click', () => openInfo(game));
  const like = wireLike(byId('likeButton', HTMLButtonElement), game, session);
  const remix = wireRemix(byId('remixButton', HTMLButtonElement), game, session);
  if (session && !session.isGuest) fulfilWishes(game, { like, remix });
  const share = byId('shareButton', HTMLButtonElement);
  share.hidden = game.visibility === 'private';
  share.addEventListener('click', () => openShareSheet({ game, session, title: text.playShare }));
  if (session && game.isOwner && params.has('published')) showPublished(game, session);
  const cover = projectThumb(game.id, title, game.thumbnailUrl);
  play(
    game.visibility === 'private' && session ? withToken(game.playUrl, session) : game.playUrl,
    cover,
  );
  countPlay(game, session);
}

/** @param {string} url @param {HTMLElement} cover what is shown until the game is there */
function play(url, cover) {
  const stage = byId('stage', HTMLElement);
  const frame = gameFrame(url);
  frame.addEventListener('load', () => cover.remove(), { once: true });
  fillOnFirstTouch(stage, frame);
  cover.classList.add('play-cover');
  stage.replaceChildren(
    keysButton(() => frame),
    frame,
    cover,
  );
  stage.removeAttribute('aria-busy');
  // Keys go to the game, unless the person is somewhere already.
  if (document.activeElement === document.body) focusGame(frame);
}

function showNothing() {
  showState(text.playGone);
}

function showFailed() {
  showState(
    text.playFailed,
    buttonOf('button compact', text.retry, () => location.reload()),
  );
}

/** @param {string} words @param {Node[]} more */
function showState(words, ...more) {
  byId('playState', HTMLParagraphElement).replaceChildren(words, ...more);
  byId('stage', HTMLElement).removeAttribute('aria-busy');
}

/** 作る leads a visitor to the first page: the way back to this game is kept. */
function keepGameForVisitor() {
  const make = document.querySelector('footer a[href="/create"]');
  make?.setAttribute('href', '/');
  make?.addEventListener('click', () => {
    const title = byId('playTitle', HTMLHeadingElement).textContent;
    if (title) gameLeft.put({ title, url: location.pathname + location.search });
  });
}

/**
 * The end of publishing: the game runs, and is ready to be given to others.
 * @param {GameCard} game
 * @param {Session} session
 */
function showPublished(game, session) {
  history.replaceState(null, '', `${location.pathname}?id=${game.id}`);
  openShareSheet({ game, session, title: text.shareDone, isModal: false });
}

async function goOn() {
  try {
    const { value: next } = await gamesAfter(gameId(), { sort: 'new', search: '' }).next();
    if (next) location.assign(`/zap/${next.id}`);
    else toast(text.zapNone);
  } catch {
    toast(text.zapFailed, { kind: 'error' });
  }
}

byId('nextButton', HTMLButtonElement).addEventListener('click', ({ currentTarget }) => {
  void whileBusy(/** @type {HTMLButtonElement} */ (currentTarget), goOn);
});
byId('backButton', HTMLButtonElement).addEventListener('click', () => {
  const cameFromHere =
    document.referrer !== '' && new URL(document.referrer).host === location.host;
  if (cameFromHere) history.back();
  else location.assign('/discover');
});
start().catch(showFailed);
