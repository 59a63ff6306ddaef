import type { WorkerConfig } from '../../../config.js';
import { spritePath } from '../../../contracts/game/brief.js';
import { AppError } from '../../../contracts/base/errors.js';
import { spriteIdFor } from '../../../contracts/base/ids.js';
import { gameSpritePrompt } from '../../../domain/design/sprite-prompt.js';
import { findStyle } from '../../../domain/styles/styles.js';
import { crashPoint } from '../../../process/crash-points.js';
import type { Log } from '../../../telemetry/log.js';
import type { ActionImages } from '../../../objects/action-images.js';
import type { Store } from '../../../store/index.js';
import { amendCandidate } from '../../../versions/kept/again.js';
import type { Versions } from '../../../versions/kept/versions.js';
import type { Arounds } from '../../frame/interceptors.js';
import {
  spriteStep,
  type AddSpritesInput,
  type SpriteActivities,
} from '../../ports/sprite-port.js';
import { orRelease } from '../accounts/usage.js';

/**
 * Of a job's purse, for its texts and sprites: the rest is for the run that writes the game (J5).
 */
const SHARE_OF_PURSE = 1 / 4;

interface PayingDeps {
  config: Pick<
    WorkerConfig,
    'IMAGE_USD' | 'JOB_BUDGET_USD' | 'USER_DAILY_USD' | 'USER_DAILY_LOSS_USD' | 'BUDGET_DAILY_USD'
  >;
  store: { readonly usage: Pick<Store['usage'], 'reserveBesideRuns' | 'release'> };
  log: Log;
}

export interface SpriteDeps extends PayingDeps {
  versions: Versions;
  images: Pick<ActionImages, 'read'>;
}

/** The images that a first game is made with: which there will be, and putting them into it. */
export function spriteActivities(deps: SpriteDeps): SpriteActivities {
  return {
    async planSprites({ jobId, spec: { brief, dimension, styleId } }) {
      if (!brief) return [];
      const style = styleId && dimension ? findStyle(dimension, styleId) : null;
      const names = new Map(brief.sprites.map((sprite) => [sprite.name, sprite]));
      const planned = [];
      for (const [name, sprite] of names) {
        if (!(await reserveSprite(deps, { jobId, name }))) break;
        const prompt = gameSpritePrompt(sprite, brief, style);
        planned.push({ name, prompt, usd: deps.config.IMAGE_USD });
      }
      return planned;
    },
    addSprites: (input) => addSprites(deps, input),
  };
}

async function addSprites(
  { versions, images, store }: SpriteDeps,
  { jobId, userId, projectId, revision, drawn, missing }: AddSpritesInput,
): Promise<{ revision: string; added: string[] }> {
  const found = await Promise.all(
    drawn.map(async (name) => ({
      name,
      path: spritePath(name),
      bytes: await images.read(userId, spriteIdFor(jobId, name)),
    })),
  );
  const files = found.flatMap(({ bytes, ...file }) => (bytes === null ? [] : [{ ...file, bytes }]));
  const gone = found.flatMap(({ name, bytes }) => (bytes === null ? [name] : []));
  // A drawing that is given up may not have noticed it yet: then nothing is charged for it.
  for (const name of [...missing, ...gone])
    await store.usage.release(paidAs({ jobId, name }), null, null);
  if (files.length === 0) return { revision, added: [] };
  const work = { projectId, workId: jobId };
  const amended = await amendCandidate(versions, work, revision, files);
  crashPoint('after-sprites');
  return { revision: amended.revision, added: files.map(({ name }) => name) };
}

/** Reserves the price of every attempt at a sprite; a failed one releases it (H3). */
export function paidSprites(deps: PayingDeps): Arounds {
  return {
    async drawSprite(input, run) {
      if (!(await reserveSprite(deps, input, deps.config.USER_DAILY_LOSS_USD)))
        throw new AppError('SPENDING_LIMIT_EXCEEDED', 'too little is left for the sprite');
      return orRelease(deps, paidAs(input), run);
    },
  };
}

/** The id under which a sprite's money is set aside. */
function paidAs({ jobId, name }: { jobId: string; name: string }): string {
  return `${jobId}.${spriteStep(name)}`;
}

function reserveSprite(
  { config, store }: PayingDeps,
  { jobId, name }: { jobId: string; name: string },
  lossLimitUsd = 0,
): Promise<boolean> {
  return store.usage.reserveBesideRuns({
    jobId,
    kind: 'image',
    step: spriteStep(name),
    usd: config.IMAGE_USD,
    payer: 'user',
    lossLimitUsd,
    userLimitUsd: config.USER_DAILY_USD,
    budgetUsd: config.BUDGET_DAILY_USD,
    jobLimitUsd: config.JOB_BUDGET_USD * SHARE_OF_PURSE,
  });
}
