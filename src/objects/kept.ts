import { createActionImages } from './action-images.js';
import { createAssets } from './assets.js';
import type { ObjectStore } from './object-store.js';
import { createPlayRecords } from './play-records.js';
import { createRecordings } from './recordings.js';
import { createScreenshots } from './screenshots.js';
import { createShareImages } from './share-images.js';
import { createTapes } from './tapes.js';
import { createThumbnails } from './thumbnails.js';
import { createVideos } from './videos.js';

export type Kept = ReturnType<typeof openKept>;

/** What is kept beside versions, by kind. */
export function openKept(objects: ObjectStore) {
  return {
    objects,
    assets: createAssets(objects),
    images: createActionImages(objects),
    records: createPlayRecords(objects),
    recordings: createRecordings(objects),
    screenshots: createScreenshots(objects),
    shareImages: createShareImages(objects),
    tapes: createTapes(objects),
    thumbnails: createThumbnails(objects),
    videos: createVideos(objects),
  };
}
