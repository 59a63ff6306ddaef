import path from 'node:path';
import type { ImageInput, ImageResult } from '../../contracts/images.js';
import { askForImage, type GeminiAccess } from './gemini.js';
import { openPictures } from './pictures.js';
import { spritePrompt } from './sprite-prompt.js';

/** Makes one picture. Throws a DreamError, or the reason of `signal`. */
export async function makeImage(input: ImageInput, access: GeminiAccess, signal: AbortSignal): Promise<ImageResult> {
  const pictures = openPictures(access.seenFrom);
  switch (input.op) {
    case 'sprite': {
      const prompt = spritePrompt(input.prompt);
      const drawn = await askForImage(access, { ...input, prompt, aspectRatio: '1:1' }, signal);
      return { ...(await pictures.cutSprite(drawn)), prompt };
    }
    case 'poster': {
      const drawn = await askForImage(access, { ...input, aspectRatio: '9:16' }, signal);
      return { ...(await pictures.poster(drawn)), prompt: input.prompt };
    }
    case 'screenshot': {
      // Loaded when it is needed: hardly any run does.
      const { takeScreenshot } = await import('./screenshot.js');
      const shot = await takeScreenshot({ repoDir: path.resolve(input.repoDir), revision: input.revision, seenFrom: access.seenFrom }, pictures.isBlank, signal);
      return { ...(await pictures.poster(shot)), prompt: null };
    }
  }
}
