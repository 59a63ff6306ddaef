import type * as Renderer from '@remotion/renderer';
import path from 'node:path';
import { z } from 'zod';
import { isHeadlessShell } from '../../process/chromium.js';
import { AppError } from '../../contracts/base/errors.js';
import { VideoProps } from '../../contracts/media/video.js';
import { loadPackage } from '../packages.js';

const COMPOSITION = 'video';
/** Good for a phone; a video of seven seconds has a few MB. */
const CRF = 21;

/** Input of the runner in the box of a renderer; paths are as they are seen there. */
export const RenderInput = z.object({
  command: z.literal('render'),
  /** The composition's site, with the images of the game in it. */
  site: z.string(),
  /** The folder of the video. */
  made: z.string(),
  browser: z.string(),
  props: VideoProps,
  scale: z.number(),
});
export type RenderInput = z.infer<typeof RenderInput>;

/** Name of the video in its folder. */
export const MADE_NAME = 'movie.mp4';

/**
 * Renders the video. When `signal` aborts, browser and encoder are ended and its reason is thrown.
 */
export async function renderVideo(
  { site, made, browser: program, props, scale }: RenderInput,
  seenFrom: string | undefined,
  signal: AbortSignal,
  onFrame: (done: number) => void,
): Promise<void> {
  const { makeCancelSignal, openBrowser, renderMedia, selectComposition } = loadPackage<
    typeof Renderer
  >('@remotion/renderer', seenFrom);
  const common = {
    serveUrl: site,
    inputProps: props,
    browserExecutable: program,
    chromeMode: isHeadlessShell(program)
      ? ('headless-shell' as const)
      : ('chrome-for-testing' as const),
    logLevel: 'error' as const,
  };
  const { browserExecutable, chromeMode, logLevel } = common;
  const browser = await openBrowser('chrome', { browserExecutable, chromeMode, logLevel });
  const { cancelSignal, cancel } = makeCancelSignal();
  const stop = (): void => {
    cancel();
    void browser.close({ silent: true }).catch(() => undefined);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    const composition = await selectComposition({
      ...common,
      id: COMPOSITION,
      puppeteerInstance: browser,
    });
    await renderMedia({
      ...common,
      composition,
      puppeteerInstance: browser,
      codec: 'h264',
      pixelFormat: 'yuv420p',
      colorSpace: 'bt709',
      crf: CRF,
      imageFormat: 'jpeg',
      jpegQuality: 92,
      scale,
      muted: true,
      outputLocation: path.join(made, MADE_NAME),
      cancelSignal,
      onProgress: ({ renderedFrames }) => onFrame(renderedFrames),
    });
  } catch (error) {
    signal.throwIfAborted();
    throw new AppError(
      'VideoNotMade',
      `the video could not be rendered: ${String((error as Error).message).slice(0, 500)}`,
    );
  } finally {
    signal.removeEventListener('abort', stop);
    await browser.close({ silent: true }).catch(() => undefined);
  }
}
