import { Composition } from 'remotion';
import type { VideoProps } from '../src/contracts/media/video.js';
import { PromoVideo } from './promo-video.js';

/** Only for the preview; every video brings its own. */
const EXAMPLE: VideoProps = {
  title: '星よけ',
  tagline: '指ひとつで宇宙へ',
  scenes: ['かわして', '集めて', '記録をのばせ'],
  colours: { background: '#1b1446', accent: '#ffb800' },
  frames: 210,
};

/**
 * The one composition. Its size and rate are those of `VIDEO` in the contracts; the renderer
 * sets its length.
 */
export function Root() {
  return (
    <Composition
      id="video"
      component={PromoVideo}
      width={1080}
      height={1920}
      fps={30}
      durationInFrames={EXAMPLE.frames}
      defaultProps={EXAMPLE}
      calculateMetadata={({ props }) => ({ durationInFrames: props.frames })}
    />
  );
}
