import type { ImageInput, ImageResult, ImageStage } from '../../contracts/media/images.js';
import { cutOutByService, type CutoutServiceAccess } from './cutout-service.js';
import { readDataUri } from './data-uri.js';
import { askForImage, type GeminiAccess } from './gemini.js';
import { keyOutMagenta } from './key-out.js';
import { openImages } from './image-codec.js';
import { spritePrompt } from './sprite-prompt.js';
import { MASK_SIZE, subjectMask } from './u2netp.js';

type Images = ReturnType<typeof openImages>;
type Op<O extends ImageInput['op']> = Extract<ImageInput, { op: O }>;

/** Keys and places that the runner has by its environment. */
export interface ImageAccess extends GeminiAccess {
  /** File of the network for cut-outs. */
  readonly cutoutModel: string | undefined;
  readonly cutoutService: CutoutServiceAccess;
  /** Called when the image has come so far. */
  readonly onStage: (stage: ImageStage) => void;
}

/** Makes one image. Throws a AppError, or the reason of `signal`. */
export async function makeImage(
  input: ImageInput,
  access: ImageAccess,
  signal: AbortSignal,
): Promise<ImageResult> {
  access.onStage('asked');
  const made = await make(input, openImages(access.seenFrom), access, signal);
  access.onStage('worked');
  return made;
}

async function make(
  input: ImageInput,
  images: Images,
  access: ImageAccess,
  signal: AbortSignal,
): Promise<ImageResult> {
  switch (input.op) {
    case 'sprite': {
      const prompt = spritePrompt(input.prompt);
      const drawn = await askForImage(access, { ...input, prompt, aspectRatio: '1:1' }, signal);
      access.onStage('received');
      return { ...(await images.cutSprite(drawn, input.maxSide)), prompt };
    }
    case 'thumbnail': {
      const drawn = await askForImage(access, { ...input, aspectRatio: '9:16' }, signal);
      access.onStage('received');
      return { ...(await images.thumbnail(drawn)), prompt: input.prompt };
    }
    case 'fit': {
      const pixels = await images.decodeSent(readDataUri(input.image));
      access.onStage('received');
      return { ...(await images.forGame(pixels, input.maxSide)), prompt: null };
    }
    case 'screenshot':
      return screenshot(input, images, access, signal);
    case 'cutout':
      return cutOut(input, images, access, signal);
    case 'cutout-by-service': {
      const bytes = await cutOutByService(access.cutoutService, input, signal);
      access.onStage('received');
      return { ...(await images.png(await images.decode(bytes))), prompt: null };
    }
  }
}

async function screenshot(
  { parcelFile, assets }: Op<'screenshot'>,
  images: Images,
  { seenFrom, onStage }: ImageAccess,
  signal: AbortSignal,
): Promise<ImageResult> {
  // Loaded when it is needed: hardly any run does.
  const { takeScreenshot } = await import('./screenshot.js');
  const shot = await takeScreenshot(
    { parcelFile, assets, seenFrom },
    (bytes) => images.isBlank(bytes),
    signal,
  );
  onStage('received');
  return { ...(await images.thumbnail(shot)), prompt: null };
}

/**
 * An image on our own magenta is keyed, which is exact; of any other one the network finds the
 * subject.
 */
async function cutOut(
  { image }: Op<'cutout'>,
  images: Images,
  { cutoutModel, seenFrom, onStage }: ImageAccess,
  signal: AbortSignal,
): Promise<ImageResult> {
  const pixels = await images.decodeSent(readDataUri(image));
  if (keyOutMagenta(pixels)) return { ...(await images.png(pixels)), prompt: null };
  const mask = await subjectMask(await images.squareRgb(pixels, MASK_SIZE), {
    file: cutoutModel,
    seenFrom,
  });
  signal.throwIfAborted();
  onStage('received');
  return { ...(await images.withMask(pixels, mask, MASK_SIZE)), prompt: null };
}
