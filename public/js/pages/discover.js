/** Games that everybody may find, newest first. Nobody needs to be signed in to look or to play. */
import { gameAfter } from '../feed/next-game.js';
import { projectThumb } from '../list/thumb.js';
import { text } from '../texts/index.js';
import { byId, h } from '../ui/dom.js';
import { icon } from '../ui/icons.js';
import { startPage } from '../ui/shell.js';
import { toast } from '../ui/toast.js';

/** @typedef {import('../types.js').GameCard} GameCard */

const PER_PAGE = 24;

startPage(text.discoverTitle);
const grid = byId('feedGrid', HTMLDivElement);
const more = byId('moreButton', HTMLButtonElement);
/** @type {string | null} Where the next page begins. */
let next = null;

async function load() {
  more.disabled = true;
  try {
    const after = next === null ? '' : `&after=${encodeURIComponent(next)}`;
    const answer = await fetch(`/api/games?limit=${PER_PAGE}${after}`);
    if (!answer.ok) throw new Error(`the feed answered ${answer.status}`);
    /** @type {{ games: GameCard[], next: string | null }} */
    const page = await answer.json();
    if (next === null) grid.replaceChildren();
    next = page.next;
    grid.append(...page.games.map(card));
    if (grid.childElementCount === 0) showEmpty();
    more.hidden = next === null;
  } catch {
    showFailed();
  } finally {
    more.disabled = false;
    grid.removeAttribute('aria-busy');
  }
}

/** @param {GameCard} game */
function card(game) {
  const title = game.title || text.playNoTitle;
  return h(
    'article',
    { class: 'project-card', 'data-id': game.id },
    projectThumb(game.id, title, game.thumbnailUrl),
    h(
      'div',
      { class: 'game-body' },
      h(
        'h2',
        { class: 'project-name' },
        h('a', { class: 'project-link', href: `/game.html?id=${game.id}` }, title),
      ),
      h('p', { class: 'game-by' }, text.playBy(game.creator ?? text.playNobody)),
      h(
        'p',
        { class: 'game-counts' },
        h('span', {}, icon('play', 14), text.playCount(game.playCount)),
        h(
          'span',
          {},
          h('span', { 'aria-hidden': 'true' }, '♥'),
          h('span', { class: 'visually-hidden' }, text.playLike),
          String(game.likeCount),
        ),
      ),
    ),
  );
}

function showEmpty() {
  grid.replaceChildren(
    h(
      'div',
      { class: 'list-state' },
      icon('smile', 56),
      h('p', { class: 'list-state-title' }, text.discoverEmpty),
      h('p', {}, text.discoverEmptyHint),
    ),
  );
}

/** Games that are shown already stay; the button tries again. */
function showFailed() {
  const again = h(
    'div',
    { class: 'list-state', role: 'alert' },
    icon('alert', 32),
    h('p', { class: 'list-state-title' }, text.discoverFailed),
    h(
      'button',
      {
        type: 'button',
        class: 'button compact',
        onclick: () => {
          again.remove();
          void load();
        },
      },
      text.retry,
    ),
  );
  grid.append(again);
}

/** Plays the newest game; from there 次へ leads on. */
async function zap() {
  try {
    const game = await gameAfter(null);
    if (game) location.assign(`/zap/${game.id}`);
    else toast(text.discoverEmpty);
  } catch {
    toast(text.zapFailed, { kind: 'error' });
  }
}

more.addEventListener('click', () => void load());
document.querySelector('.nav-next')?.addEventListener('click', (event) => {
  event.preventDefault();
  void zap();
});
void load();
if (new URLSearchParams(location.search).has('zap')) {
  // Whoever comes back from the game wants the list, not the next game.
  history.replaceState(null, '', '/discover');
  void zap();
}
