import type { AttachedImage } from '../../contracts/media/assets.js';
import type { PlacedImage } from '../../domain/assets/attached-images.js';
import type { GenerationSpec } from './plan-port.js';
import type { JobRef } from './refs.js';

/** A figure of a brief that is drawn: what the image model is asked, and what that costs. */
export interface PlannedSprite {
  name: string;
  prompt: string;
  usd: number;
}

export interface AddSpritesInput extends JobRef {
  attempt: number;
  /** The candidate that they belong to. */
  revision: string;
  /** Names of the drawn ones, and of those that are given up. */
  drawn: string[];
  missing: string[];
}

export interface SpriteActivities {
  /**
   * Which figures of the brief are drawn, by what the job's purse and the day have left; their
   * price is set aside, before the first attempt reserves (J5). None is an answer.
   */
  planSprites(input: JobRef & { spec: GenerationSpec }): Promise<PlannedSprite[]>;
  /**
   * Puts sprites into a candidate as files: a version in its place with the same parent, trailers
   * and date, the same one when it is repeated (C4). What is missing is not paid for.
   */
  addSprites(input: AddSpritesInput): Promise<{ revision: string; added: string[] }>;
}

export interface DrawSpriteInput extends JobRef {
  /** Names it among those of its job. */
  name: string;
  prompt: string;
  /** Counts the tries at this one (C1). */
  attempt: number;
}
export interface PlaceImageInput extends JobRef, Pick<AttachedImage, 'assetId' | 'name'> {
  /** Counts the tries at this one (C1). */
  attempt: number;
  /** Whose image it is; left out = the job's own user's. */
  sentBy?: string | undefined;
}
export interface SpriteDrawingActivities {
  /**
   * Draws a sprite for the game of a job and keeps it until the candidate is there; one that is
   * stored already is not drawn again. Heartbeats; cancellable.
   */
  drawSprite(input: DrawSpriteInput): Promise<{ sizeBytes: number }>;
  /**
   * Brings an image of the player's to the form of a sprite, by its content alone, and keeps it as
   * one. Throws `FILE_NOT_FOUND`, `ImageUnreadable`, `ImageTooLarge`. Heartbeats; cancellable.
   */
  placeImage(input: PlaceImageInput): Promise<Pick<PlacedImage, 'width' | 'height'>>;
}

/** The row that a sprite is paid by. */
export const spriteStep = (name: string): string => `sprite-${name}`;
