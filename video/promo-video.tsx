import type { CSSProperties } from 'react';
import { AbsoluteFill, Img, staticFile, useCurrentFrame, useVideoConfig } from 'remotion';
import type { VideoProps } from '../src/contracts/media/video.js';
import { Caption, Title } from './lettering.js';
import { ease, PARTS, presence, zoomAt } from './timing.js';

const CARD = { width: 864, height: 1536 };

/** A video of a game: what was recorded of it in the middle, its words around it. */
export function PromoVideo({ title, tagline, scenes, colours, frames }: VideoProps) {
  const frame = useCurrentFrame();
  const { durationInFrames } = useVideoConfig();
  const time = frame / Math.max(1, durationInFrames - 1);
  return (
    <AbsoluteFill
      lang="ja"
      style={{
        backgroundColor: colours.background,
        fontFamily: '"Noto Sans CJK JP", "Noto Sans JP", sans-serif',
      }}
    >
      <Backdrop time={time} accent={colours.accent} />
      <Game image={Math.min(frame, frames - 1)} time={time} accent={colours.accent} />
      <Shade time={time} />
      <Title text={title} tagline={tagline} time={time} accent={colours.accent} />
      <Caption text={scenes[0]} part="play" time={time} accent={colours.accent} />
      <Caption text={scenes[1]} part="climax" time={time} accent={colours.accent} />
      <Caption text={scenes[2]} part="finish" time={time} accent={colours.accent} />
      <Flash time={time} />
    </AbsoluteFill>
  );
}

function Backdrop({ time, accent }: { time: number; accent: string }) {
  const rays =
    `repeating-conic-gradient(from ${(time * 40).toFixed(2)}deg at 50% 50%, ${accent}30 0deg ` +
    '9deg, transparent 9deg 18deg)';
  return (
    <>
      <AbsoluteFill style={{ background: rays }} />
      <AbsoluteFill
        style={{
          background:
            `radial-gradient(circle at 50% 42%, ${accent}66 0%, transparent 62%), ` +
            'linear-gradient(#0000 55%, #0009)',
        }}
      />
    </>
  );
}

function Game({ image, time, accent }: { image: number; time: number; accent: string }) {
  const rise = ease(time, [0, 0.1], [260, 0]);
  const tilt = ease(time, [0, PARTS.intro[1]], [-4, 0]) + ease(time, [PARTS.finish[0], 1], [0, 3]);
  const card: CSSProperties = {
    position: 'absolute',
    left: (1080 - CARD.width) / 2,
    top: 262,
    ...CARD,
    borderRadius: 56,
    overflow: 'hidden',
    backgroundColor: '#000',
    border: '10px solid #fff',
    boxSizing: 'border-box',
    boxShadow: `0 30px 90px #000a, 0 0 0 6px ${accent}`,
    transform: `translateY(${rise}px) rotate(${tilt}deg) scale(${zoomAt(time)})`,
  };
  return (
    <div style={card}>
      <Img
        src={staticFile(`gameplay/${image}.jpg`)}
        style={{ width: '100%', height: '100%', objectFit: 'cover' }}
      />
    </div>
  );
}

/** Words must be readable whatever the game shows behind them. */
function Shade({ time }: { time: number }) {
  const still = Math.max(presence(time, 'intro'), presence(time, 'finish'));
  const busy = Math.max(presence(time, 'play'), presence(time, 'climax'));
  return (
    <>
      <AbsoluteFill
        style={{
          opacity: still,
          background: 'linear-gradient(#000a 0%, #0006 22%, #0000 40%, #0000 70%, #0009 96%)',
        }}
      />
      <AbsoluteFill
        style={{ opacity: busy, background: 'linear-gradient(#0000 66%, #000c 96%)' }}
      />
      <AbsoluteFill
        style={{
          opacity: presence(time, 'climax') * 0.6,
          background: 'radial-gradient(circle at 50% 50%, #0000 55%, #000 110%)',
        }}
      />
    </>
  );
}

function Flash({ time }: { time: number }) {
  const light = Math.max(
    ease(time, [PARTS.finish[0], PARTS.finish[0] + 0.09], [0.85, 0]) *
      Number(time >= PARTS.finish[0]),
    0,
  );
  return <AbsoluteFill style={{ backgroundColor: '#fff', opacity: light }} />;
}
