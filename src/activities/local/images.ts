import type {
  CutoutServiceActivities,
  ImageActivities,
  ScreenshotActivities,
} from '../ports/image-ports.js';
import { sourceOf } from '../runner-input/image-input.js';
import type { RunnerHost } from '../hosted/host.js';
import { imageActivities, makeImage, type ImageDeps } from '../hosted/images.js';

/** Images made on this machine, those that only it can make among them. */
export function localImageActivities(
  deps: ImageDeps,
  host: RunnerHost,
): ImageActivities & ScreenshotActivities & CutoutServiceActivities {
  const { REPLICATE_MODEL_VERSION: version, IMAGE_TIMEOUT_MS: timeoutMs } = deps.config;
  return {
    ...imageActivities(deps, host),
    removeBackgroundByService: (input) =>
      makeImage(deps, host, input, async () => ({
        command: 'image',
        op: 'cutout-by-service',
        version,
        timeoutMs,
        image: await sourceOf(deps.images, input),
      })),
    takeScreenshot({ projectId, revision, ...action }) {
      const game = { userId: action.userId, projectId, revision };
      return makeImage(
        deps,
        host,
        action,
        (place) => ({ command: 'image', op: 'screenshot', ...place }),
        game,
      );
    },
  };
}
