import type { AttachedImage, PlannedAttachments } from '../../../contracts/media/assets.js';
import {
  attachedIn,
  attachedName,
  MAX_ATTACHED,
  type AttachedFile,
} from '../../../domain/assets/attached-images.js';
import { imageType } from '../../../domain/assets/image-facts.js';
import { assetReferenceAt } from '../../../domain/publishing/published-files.js';
import type { Assets } from '../../../objects/assets.js';
import type { Store } from '../../../store/index.js';
import { findAsset } from '../../runner-input/game-assets.js';

interface AttachmentDeps {
  assets: Pick<Assets, 'read'>;
  store: Pick<Store, 'assets'>;
}

/**
 * What goes with a request and becomes files of its game: the player's own images, by what they
 * hold. Sounds, drawings and other owners' files stay addresses. Null = nothing does.
 */
export async function plannedAttachments(
  deps: AttachmentDeps,
  userId: string,
  request: string,
): Promise<PlannedAttachments | null> {
  const images: AttachedImage[] = [];
  let unusable = 0;
  for (const file of attachedIn(request)) {
    const image = await imageOf(deps, userId, file);
    if (image === 'other') continue;
    if (image === 'gone' || images.length === MAX_ATTACHED) unusable += 1;
    else images.push(image);
  }
  return images.length + unusable === 0 ? null : { images, unusable };
}

async function imageOf(
  { assets, store }: AttachmentDeps,
  userId: string,
  { number, called, address }: AttachedFile,
): Promise<AttachedImage | 'gone' | 'other'> {
  const reference = assetReferenceAt(address);
  if (reference === null || reference.kind === 'global') return 'other';
  const found = await findAsset({ store }, reference, userId);
  if (found === null)
    return reference.kind === 'owned' && reference.ownerId !== userId ? 'other' : 'gone';
  const { id: assetId, owner_id: ownerId } = found.asset;
  if (ownerId !== userId) return 'other';
  const bytes = await assets.read(found.key);
  if (bytes === null) return 'gone';
  if (imageType(bytes) === null) return 'other';
  return { number, called, assetId, name: attachedName(called, assetId) };
}
