import type { BrowserSession } from '../browser.js';
import type { Size } from '../../sizes.js';
import { assets, game, list, newGame } from './making.js';
import { aboutMe, operators, playing, publishing } from './showing.js';
import type { Chapter, See } from './walk.js';

/** Every page and every dialog, through the fake API, as one walk in parts. */
export const CHAPTERS = {
  list,
  'a new game': newGame,
  'a game': game,
  assets,
  publishing,
  playing,
  'about me': aboutMe,
  operators,
} as const satisfies Record<string, Chapter>;
export type ChapterName = keyof typeof CHAPTERS;
export const CHAPTER_NAMES = Object.keys(CHAPTERS) as ChapterName[];

/** Walks through a chapter from a server that knows nothing. */
export async function walkThrough(
  session: BrowserSession,
  name: ChapterName,
  size: Size,
  see: See,
): Promise<void> {
  await session.clear();
  await CHAPTERS[name]({ session, size, see });
}
