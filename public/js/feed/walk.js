/** Going through the published games one after the other. */

import { getPublic } from '../net/rest.js';

/** @typedef {import('../types.js').GameCard} GameCard */
/** @typedef {'new' | 'popular'} Sort */
/** Which games, in which order. @typedef {{ sort: Sort, search: string }} Wish */

const PER_PAGE = 24;
/** So deep it is looked for the game to begin after; then the walk begins at the front. */
const LOOKED_THROUGH = 200;

/** @returns {Wish} what the address of the present page asks for */
export function wishOfAddress() {
  const params = new URLSearchParams(location.search);
  return {
    sort: params.get('sort') === 'popular' ? 'popular' : 'new',
    search: params.get('search') ?? '',
  };
}

/** The wish as a query; empty for the plain feed. @param {Wish} wish */
export function queryOf({ sort, search }) {
  const params = new URLSearchParams();
  if (sort !== 'new') params.set('sort', sort);
  if (search !== '') params.set('search', search);
  return params.size === 0 ? '' : `?${params}`;
}

/**
 * One page of the feed.
 * @param {Wish} wish
 * @param {string | null} after
 * @param {(path: string) => Promise<Response>} [read] sends the request; else anonymously
 * @returns {Promise<{ games: GameCard[], next: string | null }>} rejects when it cannot be read
 */
export async function feedPage({ sort, search }, after, read = getPublic) {
  const params = new URLSearchParams({ limit: String(PER_PAGE), sort });
  if (search !== '') params.set('search', search);
  if (after !== null) params.set('after', after);
  const answer = await read(`/api/games?${params}`);
  return answer.json();
}

/**
 * The games that follow this one in the feed, then those before it: once around, each once. From
 * the front when the game is not found, or null.
 * @param {string | null} id of the game that is played now, or of its project
 * @param {Wish} wish
 * @param {(path: string) => Promise<Response>} [read]
 * @returns {AsyncGenerator<GameCard, void>} throws when the feed cannot be read
 */
export async function* gamesAfter(id, wish, read) {
  /** @type {GameCard[]} */
  const before = [];
  const seen = new Set();
  let isFound = id === null;
  for await (const game of feed(wish, read)) {
    if (seen.has(game.id)) continue;
    seen.add(game.id);
    if (game.id === id || (id !== null && game.projectId === id)) isFound = true;
    else if (isFound) yield game;
    else if (before.push(game) >= LOOKED_THROUGH) {
      isFound = true;
      yield* before.splice(0);
    }
  }
  yield* before;
}

/** @param {Wish} wish @param {((path: string) => Promise<Response>) | undefined} read */
async function* feed(wish, read) {
  /** @type {string | null} */
  let after = null;
  do {
    const { games, next } = await feedPage(wish, after, read);
    yield* games;
    after = next;
  } while (after !== null);
}
