import path from 'node:path';
import type { ImageInput, ImageResult, PictureStage } from '../../contracts/images.js';
import { cutOutByService, type CutoutServiceAccess } from './cutout-service.js';
import { readDataUri } from './data-uri.js';
import { askForImage, type GeminiAccess } from './gemini.js';
import { keyOutMagenta } from './key-out.js';
import { openPictures } from './image-codec.js';
import { spritePrompt } from './sprite-prompt.js';
import { MASK_SIZE, subjectMask } from './u2netp.js';

type Pictures = ReturnType<typeof openPictures>;
type Op<O extends ImageInput['op']> = Extract<ImageInput, { op: O }>;

/** Keys and places that the runner has by its environment. */
export interface ImageAccess extends GeminiAccess {
  /** File of the network for cut-outs. */
  readonly cutoutModel: string | undefined;
  readonly cutoutService: CutoutServiceAccess;
  /** Called when the picture has come so far. */
  readonly onStage: (stage: PictureStage) => void;
}

/** Makes one picture. Throws a DreamError, or the reason of `signal`. */
export async function makeImage(
  input: ImageInput,
  access: ImageAccess,
  signal: AbortSignal,
): Promise<ImageResult> {
  access.onStage('asked');
  const made = await make(input, openPictures(access.seenFrom), access, signal);
  access.onStage('worked');
  return made;
}

async function make(
  input: ImageInput,
  pictures: Pictures,
  access: ImageAccess,
  signal: AbortSignal,
): Promise<ImageResult> {
  switch (input.op) {
    case 'sprite': {
      const prompt = spritePrompt(input.prompt);
      const drawn = await askForImage(access, { ...input, prompt, aspectRatio: '1:1' }, signal);
      access.onStage('received');
      return { ...(await pictures.cutSprite(drawn)), prompt };
    }
    case 'poster': {
      const drawn = await askForImage(access, { ...input, aspectRatio: '9:16' }, signal);
      access.onStage('received');
      return { ...(await pictures.poster(drawn)), prompt: input.prompt };
    }
    case 'screenshot':
      return screenshot(input, pictures, access, signal);
    case 'cutout':
      return cutOut(input, pictures, access, signal);
    case 'cutout-by-service': {
      const bytes = await cutOutByService(access.cutoutService, input, signal);
      access.onStage('received');
      return { ...(await pictures.png(await pictures.decode(bytes))), prompt: null };
    }
  }
}

async function screenshot(
  { repoDir, revision, assets }: Op<'screenshot'>,
  pictures: Pictures,
  { seenFrom, onStage }: ImageAccess,
  signal: AbortSignal,
): Promise<ImageResult> {
  // Loaded when it is needed: hardly any run does.
  const { takeScreenshot } = await import('./screenshot.js');
  const shot = await takeScreenshot(
    { repoDir: path.resolve(repoDir), revision, assets, seenFrom },
    (bytes) => pictures.isBlank(bytes),
    signal,
  );
  onStage('received');
  return { ...(await pictures.poster(shot)), prompt: null };
}

/** A picture on our own magenta is keyed, which is exact; of any other one the network finds the subject. */
async function cutOut(
  { picture }: Op<'cutout'>,
  pictures: Pictures,
  { cutoutModel, seenFrom, onStage }: ImageAccess,
  signal: AbortSignal,
): Promise<ImageResult> {
  const pixels = await pictures.decodeSent(readDataUri(picture));
  if (keyOutMagenta(pixels)) return { ...(await pictures.png(pixels)), prompt: null };
  const mask = await subjectMask(await pictures.squareRgb(pixels, MASK_SIZE), {
    file: cutoutModel,
    seenFrom,
  });
  signal.throwIfAborted();
  onStage('received');
  return { ...(await pictures.withMask(pixels, mask, MASK_SIZE)), prompt: null };
}
