/**
 * Plays a published game, for everybody, or an own project. The game lives in a sandbox and never
 * sees a token.
 */
import { gameAfter } from '../feed/next-game.js';
import { wireRemix } from '../feed/remix.js';
import { ask, get } from '../net/rest.js';
import { leaveGame, rememberThisPage, takeWishedLike, wishLike } from '../net/return-to.js';
import { knownSession } from '../net/session.js';
import { openShareSheet } from '../share/sheet.js';
import { text } from '../texts/index.js';
import { confirmDialog, dialogHeader, openDialog } from '../ui/dialog.js';
import { byId, h } from '../ui/dom.js';
import { startPage } from '../ui/shell.js';
import { toast } from '../ui/toast.js';

/** @typedef {import('../types.js').GameCard} GameCard */
/** @typedef {import('../net/session.js').Session} Session */

startPage(text.playPageTitle);
const params = new URLSearchParams(location.search);
/** What 共有 shows of a game that is known. @type {(() => void) | null} */
let openSheet = null;
const like = byId('likeButton', HTMLButtonElement);
const info = byId('infoButton', HTMLButtonElement);

/** `/game.html?id=…`, `/play/…` and `/zap/…` are the same page. */
function gameId() {
  return params.get('id') ?? location.pathname.split('/')[2] ?? '';
}

async function start() {
  const session = await knownSession().catch(() => null);
  if (!session) keepGameForGuest();
  const id = encodeURIComponent(gameId());
  const game = await publishedGame(id, session);
  if (game) return showGame(game, session);
  const project =
    session &&
    (await get(session, `/api/projects/${id}`)
      .then((answer) => answer.json())
      .catch(() => null));
  if (!session || !project) return showNothing();
  byId('playTitle', HTMLHeadingElement).textContent = project.name;
  document.title = text.playTitle(project.name);
  play(withToken(`/game/${session.userId}/${project.id}/index.html`, session));
}

/** @param {string} id @param {Session | null} session @returns {Promise<GameCard | null>} */
async function publishedGame(id, session) {
  const path = `/api/games/${id}`;
  try {
    const answer = session ? await get(session, path) : await fetch(path);
    return answer.ok ? (await answer.json()).game : null;
  } catch {
    return null;
  }
}

/** @param {GameCard} game @param {Session | null} session */
function showGame(game, session) {
  const title = game.title || text.playNoTitle;
  byId('playTitle', HTMLHeadingElement).textContent = title;
  document.title = text.playTitle(title);
  info.hidden = false;
  info.addEventListener('click', () => openInfo(game));
  wireLike(game, session);
  wireRemix(game, session);
  openSheet = () => openShareSheet({ game, session, title: text.playShare });
  if (session && game.isOwner && params.has('published')) showPublished(game, session);
  play(game.visibility === 'private' && session ? withToken(game.playUrl, session) : game.playUrl);
  const count = `/api/games/${game.id}/play`;
  void (session ? ask(session, 'POST', count) : fetch(count, { method: 'POST' })).catch(() => {
    /* an uncounted play is still played */
  });
}

/**
 * The server exchanges the token for a path that knows nothing of it. @param {string} path @param
 * {Session} session
 */
function withToken(path, session) {
  return `${path}?access_token=${encodeURIComponent(session.token)}`;
}

/** @param {string} url */
function play(url) {
  const stage = byId('stage', HTMLElement);
  stage.replaceChildren(
    h('iframe', {
      class: 'play-frame',
      title: text.playFrame,
      src: url,
      sandbox: 'allow-scripts allow-pointer-lock',
      allow: 'autoplay; fullscreen',
    }),
  );
  stage.removeAttribute('aria-busy');
}

function showNothing() {
  byId('playState', HTMLParagraphElement).textContent = text.playGone;
  byId('stage', HTMLElement).removeAttribute('aria-busy');
}

/** @param {GameCard} game @param {Session | null} session */
function wireLike(game, session) {
  /** @param {boolean} liked @param {number} count */
  const show = (liked, count) => {
    like.setAttribute('aria-pressed', String(liked));
    byId('likeCount', HTMLSpanElement).textContent = String(count);
    like.setAttribute('aria-label', `${text.playLike} ${count}`);
  };
  show(game.liked, game.likeCount);
  like.hidden = false;
  const toggle = async () => {
    if (!session) return signInToLike(game);
    like.disabled = true;
    try {
      const method = like.getAttribute('aria-pressed') === 'true' ? 'DELETE' : 'PUT';
      const { liked, likeCount } = await (
        await ask(session, method, `/api/games/${game.id}/like`)
      ).json();
      show(liked, likeCount);
    } catch {
      toast(text.somethingWrong, { kind: 'error' });
    } finally {
      like.disabled = false;
    }
  };
  like.addEventListener('click', () => void toggle());
  if (session && takeWishedLike() === game.id && !game.liked) void toggle();
}

/** Who signs in for it comes back to this game, and it is liked. @param {GameCard} game */
async function signInToLike(game) {
  await confirmDialog({
    iconName: 'person',
    title: text.playLikeSignIn,
    lines: [text.signInReturns],
    action: text.signIn,
    run: async () => {
      rememberThisPage();
      wishLike(game.id);
      location.assign('/');
    },
  });
}

/** 作る leads a guest over the sign-in: the way back to this game is kept. */
function keepGameForGuest() {
  document.querySelector('footer a[href="/create"]')?.addEventListener('click', () => {
    const title = byId('playTitle', HTMLHeadingElement).textContent;
    if (title) leaveGame({ title, url: location.pathname + location.search });
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

/** @param {GameCard} game */
function openInfo(game) {
  openDialog({
    className: 'work-dialog play-info',
    title: game.title || text.playNoTitle,
    content: (close) => [
      dialogHeader(close),
      h(
        'div',
        { class: 'dialog-body' },
        h(
          'p',
          { class: 'play-by' },
          text.playBy(game.creator ?? text.playNobody),
          ' · ',
          text.playCount(game.playCount),
        ),
        game.remixOf &&
          h(
            'p',
            { class: 'play-by' },
            h(
              'a',
              { href: `/game.html?id=${game.remixOf.id}` },
              text.remixOf(game.remixOf.title, game.remixOf.creator ?? text.playNobody),
            ),
          ),
        h('p', { class: 'play-words' }, game.description || text.playNoDescription),
        game.howToPlay && [
          h('h3', {}, text.publishHowToPlay),
          h('p', { class: 'play-words' }, game.howToPlay),
        ],
        h(
          'ul',
          { class: 'play-tags' },
          game.tags.map((tag) => h('li', {}, tag)),
        ),
      ),
    ],
  });
}

byId('nextButton', HTMLButtonElement).addEventListener('click', async ({ currentTarget }) => {
  const button = /** @type {HTMLButtonElement} */ (currentTarget);
  button.disabled = true;
  try {
    const next = await gameAfter(gameId());
    if (next) location.assign(`/zap/${next.id}`);
    else toast(text.zapNone);
  } catch {
    toast(text.zapFailed, { kind: 'error' });
  } finally {
    button.disabled = false;
  }
});
byId('backButton', HTMLButtonElement).addEventListener('click', () => {
  // Who goes through many games wants to leave them all.
  if (location.pathname.startsWith('/zap/')) return location.assign('/discover');
  const cameFromHere =
    document.referrer !== '' && new URL(document.referrer).host === location.host;
  if (cameFromHere) history.back();
  else location.assign('/discover');
});
byId('shareButton', HTMLButtonElement).addEventListener('click', async () => {
  if (openSheet) return openSheet();
  const shared = { title: document.title, url: location.href };
  try {
    if (navigator.share) await navigator.share(shared);
    else {
      await navigator.clipboard.writeText(shared.url);
      toast(text.playCopied, { kind: 'success' });
    }
  } catch {
    /* the person changed his mind */
  }
});
start().catch(showNothing);
