/**
 * Public games: the newest or the most popular first, or those that match a search. No sign-in is
 * needed to browse or to play.
 */
import { gameCard } from '../feed/card.js';
import { feedPage, gamesAfter, queryOf, wishOfAddress } from '../feed/walk.js';
import { text } from '../texts/index.js';
import { buttonOf, byId, h, passFocus } from '../ui/dom.js';
import { icon } from '../ui/icons.js';
import { listFailure, listState } from '../ui/list-state.js';
import { startPage } from '../ui/shell.js';
import { toast } from '../ui/toast.js';

const SEARCH_AFTER_MS = 300;

startPage(text.discoverTitle);
const grid = byId('feedGrid', HTMLDivElement);
const more = byId('moreButton', HTMLButtonElement);
const order = byId('feedOrder', HTMLDivElement);
const search = byId('feedSearch', HTMLInputElement);
const wish = wishOfAddress();
/** @type {string | null} Where the next page begins. */
let next = null;
/** Which request is the last: an answer to an earlier one comes too late. */
let serial = 0;
/** @type {number | undefined} */
let searchTimer;

/** The first page of what is wished for now. */
function loadAnew() {
  next = null;
  more.hidden = true;
  grid.setAttribute('aria-busy', 'true');
  void load();
}

async function load() {
  const request = (serial += 1);
  more.setAttribute('aria-busy', 'true');
  try {
    const page = await feedPage(wish, next);
    if (request !== serial) return;
    if (next === null) grid.replaceChildren();
    next = page.next;
    const cards = page.games.map((game) => gameCard(game, wish));
    grid.append(...cards);
    if (page.next === null) passFocus(more, cards[0]?.querySelector('a'));
    if (grid.childElementCount === 0) showEmpty();
    more.hidden = next === null;
  } catch {
    if (request === serial) showFailed();
  }
  if (request !== serial) return;
  more.removeAttribute('aria-busy');
  grid.removeAttribute('aria-busy');
}

/** Keeps the address, and what leads on from here, true to what is shown. */
function showWish() {
  history.replaceState(null, '', `/discover${queryOf(wish)}`);
  order.dataset['active'] = wish.sort === 'popular' ? '1' : '0';
  for (const button of order.querySelectorAll('button'))
    button.setAttribute('aria-pressed', String(button.dataset['sort'] === wish.sort));
}

function showEmpty() {
  const isSearch = wish.search !== '';
  grid.replaceChildren(
    listState(
      icon('smile', 56),
      isSearch ? text.discoverNotFound : text.discoverEmpty,
      h('p', {}, isSearch ? text.discoverNotFoundHint : text.discoverEmptyHint),
    ),
  );
}

/** Games that are shown already stay; the button tries again. */
function showFailed() {
  const again = listFailure(
    text.discoverFailed,
    buttonOf('button compact', text.retry, () => {
      again.remove();
      void load();
    }),
  );
  grid.append(again);
}

/** Plays the first game of what is shown; from there 次へ leads on. */
async function zap() {
  try {
    const { value: game } = await gamesAfter(null, wish).next();
    if (game) location.assign(`/zap/${game.id}${queryOf(wish)}`);
    else toast(wish.search === '' ? text.discoverEmpty : text.discoverNotFound);
  } catch {
    toast(text.zapFailed, { kind: 'error' });
  }
}

order.addEventListener('click', ({ target }) => {
  const sort = target instanceof HTMLElement ? target.dataset['sort'] : undefined;
  if (sort === undefined || sort === wish.sort) return;
  wish.sort = sort === 'popular' ? 'popular' : 'new';
  showWish();
  loadAnew();
});
search.value = wish.search;
search.addEventListener('input', () => {
  window.clearTimeout(searchTimer);
  searchTimer = window.setTimeout(() => {
    if (search.value.trim() === wish.search) return;
    wish.search = search.value.trim();
    showWish();
    loadAnew();
  }, SEARCH_AFTER_MS);
});
more.addEventListener('click', () => {
  if (more.getAttribute('aria-busy') !== 'true') void load();
});
document.querySelector('.nav-next')?.addEventListener('click', (event) => {
  event.preventDefault();
  void zap();
});
const isZapping = new URLSearchParams(location.search).has('zap');
// Back from a game leads to the list, not to the next game.
showWish();
loadAnew();
if (isZapping) void zap();
