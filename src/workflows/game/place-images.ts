import { setCurrentDetails } from '@temporalio/workflow';
import type { JobRef } from '../../activities/ports/refs.js';
import type { PlannedAttachments } from '../../contracts/media/assets.js';
import type { PlacedImage } from '../../domain/assets/attached-images.js';
import { ImagesUnderWay } from './images-under-way.js';

/** A container may have to start for it; a game without what was sent for it is worth little. */
const PATIENCE_MS = 60_000;

/**
 * Converts the images of a request to files of a game, before it is written: the model sees them. A
 * failure here does not fail the job.
 */
export async function placeImages(
  ref: JobRef,
  { images, sentBy }: Pick<PlannedAttachments, 'images'> & { readonly sentBy?: string | undefined },
): Promise<PlacedImage[]> {
  if (images.length === 0) return [];
  setCurrentDetails('画像を受け取っています (placing images)');
  const underWay = new ImagesUnderWay<Pick<PlacedImage, 'width' | 'height'>>(ref);
  for (const { name, assetId } of images)
    underWay.begin(name, (maker, { number, backend }) =>
      maker.placeImage.executeWithOptions({ summary: `Place the image ${name} (${backend})` }, [
        { ...ref, name, assetId, attempt: number, sentBy },
      ]),
    );
  try {
    const sizes = await underWay.within(PATIENCE_MS);
    return images.flatMap((image) => {
      const size = sizes.get(image.name);
      return size === undefined ? [] : [{ ...image, ...size }];
    });
  } finally {
    underWay.stop();
  }
}
