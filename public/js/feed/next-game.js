/** Going through the published games one after the other. */

/** @typedef {import('../types.js').GameCard} GameCard */

const PER_PAGE = 50;
/** So deep it is looked for a game that is not found at all. */
const PAGES_MAX = 20;

/**
 * The game that follows this one in the feed, newest first; the newest after the last one and for a
 * game that is not in it.
 * @param {string | null} id of the game that is played now, or of its project
 * @returns {Promise<GameCard | null>} null = there is no other; rejects when the feed cannot be
 * read
 */
export async function gameAfter(id) {
  /** @type {GameCard | undefined} */
  let first;
  let isFound = id === null;
  /** @type {string | null} */
  let after = null;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const { games, next } = await feedPage(after);
    for (const game of games) {
      const isHere = id !== null && (game.id === id || game.projectId === id);
      if (isFound && !isHere) return game;
      if (isHere) isFound = true;
      else first ??= game;
    }
    if (next === null) break;
    after = next;
  }
  return first ?? null;
}

/** @param {string | null} after @returns {Promise<{ games: GameCard[], next: string | null }>} */
async function feedPage(after) {
  const answer = await fetch(
    `/api/games?limit=${PER_PAGE}${after === null ? '' : `&after=${encodeURIComponent(after)}`}`,
  );
  if (!answer.ok) throw new Error(`the feed answered ${answer.status}`);
  return answer.json();
}
