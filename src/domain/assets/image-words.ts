import { message, type Message } from '../../contracts/messages/message.js';

interface Counted {
  missing: number;
  total: number;
}

/** The note of sprites that came too late; null = none did. */
export const missingSprites = (counted: Counted): Message | null =>
  counted.missing === 0 ? null : message('SPRITES_MISSING', { ...counted });

/** The note of the player's own images that are not in the game; null = all are. */
export const unusableImages = (counted: Counted): Message | null =>
  counted.missing === 0 ? null : message('IMAGES_UNUSABLE', { ...counted });
