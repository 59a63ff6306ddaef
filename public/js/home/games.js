/** Games to play, below the box for a wish. */
import { gameCard } from '../feed/card.js';
import { feedPage } from '../feed/walk.js';
import { text } from '../texts/index.js';
import { buttonOf, h } from '../ui/dom.js';
import { icon } from '../ui/icons.js';
import { listFailure, listSkeleton, listState } from '../ui/list-state.js';

const SHOWN = 12;
const SKELETON_CARDS = 4;
/** @type {import('../feed/walk.js').Wish} */
const WISH = { sort: 'popular', search: '' };

/** Fills the grid with what is played most. @param {HTMLElement} grid */
export async function showGames(grid) {
  grid.setAttribute('aria-busy', 'true');
  grid.replaceChildren(...listSkeleton(SKELETON_CARDS));
  grid.replaceChildren(...(await cards(grid)));
  grid.removeAttribute('aria-busy');
}

/** @param {HTMLElement} grid @returns {Promise<Node[]>} */
async function cards(grid) {
  try {
    const { games } = await feedPage(WISH, null);
    if (games.length > 0) return games.slice(0, SHOWN).map((game) => gameCard(game, WISH));
    return [listState(icon('smile', 56), text.discoverEmpty, h('p', {}, text.homeEmptyHint))];
  } catch {
    const retry = buttonOf('button compact', text.retry, () => void showGames(grid));
    return [listFailure(text.discoverFailed, retry)];
  }
}
