/**
 * How far a picture is, percent of its action, when it has come to a stage: nothing tells how long an image model will take, so
 * these are the steps that are known to be over.
 */
export const PICTURE_PROGRESS = {
  /** Somebody works on it. */
  begun: 5,
  /** Whoever makes it has been asked: the image model, the network for cut-outs, a service, the running game. */
  asked: 10,
  /** What they made is here. */
  received: 70,
  /** It is cut out, trimmed, brought to its size. */
  worked: 90,
  /** It is kept. */
  kept: 99,
} as const;
export type PictureStage = keyof typeof PICTURE_PROGRESS;
