/** Swiping through published games, from the one that the address names. No sign-in is needed. */
import { publishedGame } from '../feed/play-game.js';
import { Reel } from '../feed/reel.js';
import { gamesAfter, queryOf, wishOfAddress } from '../feed/walk.js';
import { fulfilWishes } from '../feed/wishes.js';
import { get } from '../net/rest.js';
import { knownSession } from '../net/session.js';
import { text } from '../texts/index.js';
import { buttonOf, byId } from '../ui/dom.js';
import { icon } from '../ui/icons.js';
import { listState } from '../ui/list-state.js';
import { startPage } from '../ui/shell.js';
import { toast } from '../ui/toast.js';

startPage(text.playPageTitle);
const root = byId('reel', HTMLElement);
const state = byId('reelState', HTMLParagraphElement);
const heading = byId('playTitle', HTMLHeadingElement);
const previous = byId('previousButton', HTMLButtonElement);
const next = byId('nextButton', HTMLButtonElement);
const wish = wishOfAddress();
/** @type {Reel | null} */
let reel = null;

async function start() {
  const session = await knownSession().catch(() => null);
  const id = location.pathname.split('/')[2] ?? '';
  const game = await publishedGame(id, session);
  // Its owner plays it as his project.
  if (game?.visibility === 'private') return location.replace(`/play/${id}`);
  const opened = new Reel(root, {
    session,
    games: () =>
      gamesAfter(game?.id ?? null, wish, session ? (path) => get(session, path) : undefined),
    onCurrent: show,
    onFailure: () => {
      if (opened.isEmpty) showFailed();
      else toast(text.zapFailed, { kind: 'error' });
    },
  });
  reel = opened;
  if (game) {
    const { like, remix } = opened.add(game);
    if (session && !session.isGuest) fulfilWishes(game, { like, remix });
  } else toast(text.playGone);
  await opened.fill();
  root.removeAttribute('aria-busy');
  state.hidden = true;
  if (opened.isEmpty && root.childElementCount === 1) showState('smile', text.discoverEmpty);
}

/** @param {import('../feed/slide.js').Slide} slide */
function show({ game, title }) {
  state.hidden = true;
  heading.textContent = title;
  document.title = text.playTitle(title);
  history.replaceState(null, '', `/zap/${game.id}${queryOf(wish)}`);
  previous.disabled = reel?.isFirst ?? true;
  next.disabled = false;
}

/** @param {1 | -1} step */
async function go(step) {
  if (reel && !(await reel.go(step))) toast(text.zapNone);
}

/** @param {import('../ui/icons.js').IconName} sign @param {string} words @param {Node[]} more */
function showState(sign, words, ...more) {
  root.removeAttribute('aria-busy');
  state.hidden = true;
  const place = listState(icon(sign, 40), words, ...more);
  place.setAttribute('role', 'alert');
  root.append(place);
}

function showFailed() {
  const retry = buttonOf('button compact', text.retry, () => location.reload());
  showState('alert', text.discoverFailed, retry);
}

const KEYS = /** @type {Record<string, 1 | -1>} */ ({
  ArrowDown: 1,
  PageDown: 1,
  ArrowUp: -1,
  PageUp: -1,
});
document.addEventListener('keydown', (event) => {
  const step = KEYS[event.key];
  if (!step || document.querySelector('dialog[open]')) return;
  event.preventDefault();
  void go(step);
});
previous.addEventListener('click', () => void go(-1));
next.addEventListener('click', () => void go(1));
byId('backButton', HTMLAnchorElement).href = `/discover${queryOf(wish)}`;
start().catch(showFailed);
