/** Where to go on after sign-in, and a message for the next page. Kept for this tab only. */

export const SIGN_IN_PAGE = '/signin';

const TARGET = 'dreamcore_return_to';
const NOTICE = 'dreamcore_notice';
const KEPT_MS = 15 * 60_000;

/** What was left under a key, once. @param {string} key */
function taken(key) {
  const left = sessionStorage.getItem(key);
  sessionStorage.removeItem(key);
  return left;
}

/** Remembers the present page. */
export function rememberThisPage() {
  const url = location.pathname + location.search;
  sessionStorage.setItem(TARGET, JSON.stringify({ url, at: Date.now() }));
}

/** The remembered page, once; only a path of this site, only for a while. */
export function takeRememberedPage() {
  try {
    const { url, at } = JSON.parse(taken(TARGET) ?? '{}');
    const isOwnPath = typeof url === 'string' && /^\/(?!\/)/.test(url);
    return isOwnPath && Date.now() - at < KEPT_MS ? url : null;
  } catch {
    return null;
  }
}

/**
 * @param {'adopted' | 'deleted' | 'expired' | 'failed' | 'gone' | 'guestEnded' | 'known'} notice
 */
export function leaveNotice(notice) {
  sessionStorage.setItem(NOTICE, notice);
}

export const takeNotice = () => taken(NOTICE);

const LIKE = 'dreamcore_wished_like';
const LEFT_GAME = 'dreamcore_left_game';
const WISH = 'dreamcore_wish';
const GUEST = 'dreamcore_left_guest';

/** The wish of a first game, until its project is there. @param {string} content */
export function keepWish(content) {
  sessionStorage.setItem(WISH, JSON.stringify({ content, at: Date.now() }));
}

/** @returns {string | null} */
export function keptWish() {
  try {
    const { content, at } = JSON.parse(sessionStorage.getItem(WISH) ?? '{}');
    return typeof content === 'string' && Date.now() - at < KEPT_MS ? content : null;
  } catch {
    return null;
  }
}

export function forgetWish() {
  sessionStorage.removeItem(WISH);
}

/**
 * The token of the guest whose game goes to the account behind the sign-in.
 * @param {string} token
 */
export function keepGuest(token) {
  sessionStorage.setItem(GUEST, token);
}

export const keptGuest = () => sessionStorage.getItem(GUEST);

export function forgetGuest() {
  sessionStorage.removeItem(GUEST);
}

/** The like that a guest signs in for. @param {string} gameId */
export function wishLike(gameId) {
  sessionStorage.setItem(LIKE, gameId);
}

export const takeWishedLike = () => taken(LIKE);

const REMIX = 'dreamcore_wished_remix';

/** The remix that a guest signs in for. @param {string} gameId */
export function wishRemix(gameId) {
  sessionStorage.setItem(REMIX, gameId);
}

export const takeWishedRemix = () => taken(REMIX);

/**
 * The game that a guest left in order to make one himself.
 * @param {{ title: string, url: string }} game
 */
export function leaveGame(game) {
  sessionStorage.setItem(LEFT_GAME, JSON.stringify(game));
}

/** @returns {{ title: string, url: string } | null} only a path of this site */
export function leftGame() {
  try {
    const { title, url } = JSON.parse(sessionStorage.getItem(LEFT_GAME) ?? '{}');
    return typeof title === 'string' && /^\/(?!\/)/.test(url) ? { title, url } : null;
  } catch {
    return null;
  }
}

export function forgetLeftGame() {
  sessionStorage.removeItem(LEFT_GAME);
}
