/** Where to go on after sign-in, and what the next page needs. Kept for this tab only. */
import type { text } from '../texts/index.js';
import { slot } from './slot.ts';

export const SIGN_IN_PAGE = '/signin';

/** What needs an account. */
export type SignInNeed = keyof typeof text.needed;

export const signInFor = (need: SignInNeed): string => `${SIGN_IN_PAGE}?needed=${need}`;

const KEPT_MS = 15 * 60_000;
const isOwnPath = (url: unknown): boolean => typeof url === 'string' && /^\/(?!\/)/.test(url);

type Notice = 'adopted' | 'deleted' | 'expired' | 'failed' | 'gone' | 'guestEnded' | 'known';

/** A message for the next page. */
export const noticeLeft = slot<Notice>('dreamcore_notice');
/** The wish of a first game, until its project is there. */
export const wishKept = slot<string>('dreamcore_wish', KEPT_MS);
/** The token of the guest whose game goes to the account behind the sign-in. */
export const guestKept = slot('dreamcore_left_guest', undefined, (token): string | null => token);
/** The game that a guest signs in to like. */
export const wishedLike = slot<string>('dreamcore_wished_like');
/** The game that a guest signs in to remix. */
export const wishedRemix = slot<string>('dreamcore_wished_remix');
/** The remix that was just made, until its editor opens. */
export const remixMade = slot<{ projectId: string; title: string }>('dreamcore_remix_made');
/** The game that a guest left in order to make one himself. */
export const gameLeft = slot<{ title: string; url: string }>('dreamcore_left_game');

/** That game, where its address is a page of this site. */
export function gameToReturnTo(): { title: string; url: string } | null {
  const game = gameLeft.read();
  return typeof game?.title === 'string' && isOwnPath(game.url) ? game : null;
}

const pageLeft = slot<string>('dreamcore_return_to', KEPT_MS);

export const rememberThisPage = (): void => pageLeft.put(location.pathname + location.search);

/** The remembered page, once; only a path of this site. */
export function takeRememberedPage(): string | null {
  const url = pageLeft.take();
  return isOwnPath(url) ? url : null;
}
