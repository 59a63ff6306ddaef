import type { ActionRef } from '../../contracts/rows/actions.js';
import type { ImageMade } from '../../contracts/media/images.js';
import type { ActionAttempt } from './refs.js';
import type { SpriteDrawingActivities } from './sprite-port.js';

/** An image by the image model: a sprite without its background, or one for a phone's screen. */
export interface DrawImageInput extends ActionAttempt {
  op: 'sprite' | 'thumbnail';
  prompt: string;
}

export interface ImageActivities extends SpriteDrawingActivities {
  /**
   * Has it drawn once and keeps its bytes beside the user's files, under the action's id.
   * Heartbeats; cancellable.
   */
  drawImage(input: DrawImageInput): Promise<ImageMade>;
  /**
   * Cuts the subject out of the image that was sent for the action, by our own network; keeps it as
   * `drawImage` does.
   */
  removeBackground(input: ActionAttempt): Promise<ImageMade>;
}

/** Work that only waits, and needs the key of an external service. */
export interface CutoutServiceActivities {
  /** As `removeBackground`, by that service. Heartbeats; cancellable. */
  removeBackgroundByService(input: ActionAttempt): Promise<ImageMade>;
}

export interface CutoutActivities {
  /** Who cuts images out: the service whose key is configured, else our own network. */
  planCutout(): Promise<{ by: 'service' | 'network' }>;
}

/** What only this machine can do: it has a browser and the files. */
export interface ScreenshotActivities {
  /**
   * Shows the game of a revision for a moment and keeps what it looks like, as `drawImage` does.
   * Heartbeats; cancellable.
   */
  takeScreenshot(input: ActionRef & { projectId: string; revision: string }): Promise<ImageMade>;
}
