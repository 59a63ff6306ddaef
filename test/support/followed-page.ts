import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PLAY_SCREEN } from '../../src/runner/play/gestures.js';
import { Lane } from '../../src/runner/play/lane.js';
import { PlayedPage } from '../../src/runner/play/played-page.js';
import { writeParcel } from './parcels.js';

/** Pages of one file in one browser, each of which is followed and not loaded yet. */
export interface FollowedPages {
  readonly use: <T>(
    html: string,
    use: (page: PlayedPage) => Promise<T>,
    seed?: number,
  ) => Promise<T>;
  readonly close: () => Promise<void>;
}

export async function followedPages(): Promise<FollowedPages> {
  const folder = await mkdtemp(path.join(tmpdir(), 'dreamcore-followed-'));
  const lane = new Lane(undefined);
  return {
    use: async (html, use, seed = 7) => {
      const parcelFile = await writeParcel(folder, { 'index.html': html });
      return lane.use(async ({ boxed, watch }) => {
        const on = { seed, screen: PLAY_SCREEN, isFollowed: true };
        const page = await PlayedPage.open(boxed.browser, watch, { parcelFile, assets: [] }, on);
        const result = await use(page);
        await page.close();
        return { result, isSpoiled: false };
      });
    },
    close: async () => {
      await lane.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
