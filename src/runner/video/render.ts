import type * as Renderer from '@remotion/renderer';
import { AppError } from '../../contracts/errors.js';
import type { VideoProps } from '../../contracts/video.js';
import { chromiumPath } from '../game-page.js';
import { loadPackage } from '../packages.js';

const COMPOSITION = 'video';
/** Good for a phone; a video of seven seconds has a few MB. */
const CRF = 21;

export interface RenderRequest {
  /** The composition's site, with the images of the game in it. */
  site: string;
  props: VideoProps;
  scale: number;
  output: string;
  seenFrom?: string | undefined;
}

/**
 * Renders the video into `output`. When `signal` aborts, browser and encoder are ended and its
 * reason is thrown.
 */
export async function renderVideo(
  { site, props, scale, output, seenFrom }: RenderRequest,
  signal: AbortSignal,
  onFrame: (done: number) => void,
): Promise<void> {
  const { makeCancelSignal, openBrowser, renderMedia, selectComposition } = loadPackage<
    typeof Renderer
  >('@remotion/renderer', seenFrom);
  const common = {
    serveUrl: site,
    inputProps: props,
    browserExecutable: chromiumPath(),
    chromeMode: 'chrome-for-testing' as const,
    logLevel: 'error' as const,
  };
  const browser = await openBrowser('chrome', {
    browserExecutable: common.browserExecutable,
    chromeMode: common.chromeMode,
    logLevel: common.logLevel,
  });
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
      outputLocation: output,
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
