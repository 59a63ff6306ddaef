import type { DrawImageInput, ImageActivities } from '../activities/ports/image-ports.js';
import type { ActionRef } from '../contracts/rows/actions.js';
import type {
  GenerateImageInput,
  GenerateThumbnailInput,
  ImageMade,
  RemoveBackgroundInput,
} from '../contracts/media/images.js';
import { homeImages, proxies, shared } from './common/activity-proxies.js';
import { paidAttempts } from './common/paid-steps.js';
import { runAction } from './common/run-action.js';
import { runWithFallback, type AttemptedWork } from './common/run-with-fallback.js';
import { throughShutdowns } from './common/shutdowns.js';

const LABEL = '画像を作成中';

/** A sprite for a prompt; its bytes wait beside the user's files for the caller. */
export async function generateImage(input: GenerateImageInput): Promise<ImageMade> {
  return runAction('generateImage', input, () => drawImage({ ...input, op: 'sprite' }));
}

/** The subject of an uploaded image, without its background. */
export async function removeBackground(input: RemoveBackgroundInput): Promise<ImageMade> {
  return runAction('removeBackground', input, async () => {
    const { by } = await shared.planCutout();
    return by === 'service'
      ? cutOutByService(input)
      : makeImage(input, (set, attempt) => set.removeBackground({ ...input, attempt }));
  });
}

/**
 * A project's image: drawn by the image model, or without one a screenshot of the running game. The
 * old image stays until the new one is complete.
 */
export async function generateThumbnail(input: GenerateThumbnailInput): Promise<ImageMade> {
  return runAction('generateThumbnail', input, async () => {
    const plan = await shared.planThumbnail(input);
    const made = await imageOf(input, plan);
    await shared.keepThumbnail({ ...input, made });
    return made;
  });
}

function imageOf(
  input: GenerateThumbnailInput,
  plan: Awaited<ReturnType<typeof shared.planThumbnail>>,
): Promise<ImageMade> | ImageMade {
  switch (plan.kind) {
    case 'draw':
      return drawImage({ ...input, op: 'thumbnail', prompt: plan.prompt });
    case 'taken':
      return plan.made;
    case 'screenshot':
      return throughShutdowns(() =>
        homeImages.takeScreenshot({ ...input, revision: plan.revision }),
      );
  }
}

function drawImage(input: Omit<DrawImageInput, 'attempt'>): Promise<ImageMade> {
  return makeImage(
    input,
    (set, attempt) => set.drawImage({ ...input, attempt }),
    paidAttempts(input.actionId, input.op),
  );
}

/** Makes an image on the backend that the switch names (G1); free without `begin`. */
function makeImage(
  action: ActionRef,
  make: (set: ImageActivities, attempt: number) => Promise<ImageMade>,
  begin?: AttemptedWork<ImageMade>['begin'],
): Promise<ImageMade> {
  return runWithFallback({
    ...(begin ? { begin } : {}),
    workId: action.actionId,
    chooseFor: { userId: action.userId },
    label: LABEL,
    run: ({ backend, number }) => make(proxies(backend).images, number),
  });
}

/** The key of the service is on this machine only. */
function cutOutByService(input: RemoveBackgroundInput): Promise<ImageMade> {
  return runWithFallback({
    workId: input.actionId,
    chooseFor: null,
    label: LABEL,
    begin: paidAttempts(input.actionId, 'cutout'),
    run: ({ number }) => homeImages.removeBackgroundByService({ ...input, attempt: number }),
  });
}
