import type { CSSProperties } from 'react';
import { ease, letterSize, linesOf, PARTS, presence, type Part } from './timing.js';

const WIDTH = 960;

/** Thick letters with an edge: readable on anything. */
function letters(size: number, edge: string): CSSProperties {
  return {
    fontSize: size,
    fontWeight: 900,
    lineHeight: 1.18,
    color: '#fff',
    textAlign: 'center',
    whiteSpace: 'nowrap',
    WebkitTextStroke: `${Math.max(6, Math.round(size * 0.14))}px ${edge}`,
    paintOrder: 'stroke fill',
    textShadow: '0 8px 0 #0006',
  };
}

/** The game's name with its sentence: large at both ends of the video. */
export function Title({
  text,
  tagline,
  time,
  accent,
}: {
  text: string;
  tagline: string;
  time: number;
  accent: string;
}) {
  const shown = Math.max(presence(time, 'intro'), presence(time, 'finish'));
  const lines = linesOf(text);
  const isEnd = time >= PARTS.finish[0];
  const grown = isEnd
    ? ease(time, [PARTS.finish[0], PARTS.finish[0] + 0.08], [0.8, 1])
    : ease(time, [0, 0.07], [1.06, 1]);
  return (
    <div
      style={{
        position: 'absolute',
        left: 60,
        top: 110,
        width: WIDTH,
        opacity: shown,
        transform: `scale(${grown})`,
        transformOrigin: '50% 30%',
      }}
    >
      <div style={letters(letterSize(lines, WIDTH, 170), '#12101c')}>
        {lines.map((line) => (
          <div key={line}>{line}</div>
        ))}
      </div>
      <div
        style={{
          ...letters(letterSize([tagline], WIDTH * 0.9, 62), '#12101c'),
          marginTop: 26,
          color: accent,
          opacity: isEnd ? 1 : ease(time, [0.05, 0.12], [0, 1]),
        }}
      >
        {tagline}
      </div>
    </div>
  );
}

/** The text of one part of the video, on a label at the bottom. */
export function Caption({
  text,
  part,
  time,
  accent,
}: {
  text: string;
  part: Part;
  time: number;
  accent: string;
}) {
  const [from] = PARTS[part];
  const label: CSSProperties = {
    ...letters(letterSize([text], WIDTH * 0.86, 92), '#12101c'),
    display: 'inline-block',
    padding: '18px 56px 22px',
    borderRadius: 40,
    background: '#12101cd9',
    border: `6px solid ${accent}`,
    transform: `translateY(${ease(time, [from, from + 0.06], [120, 0])}px) rotate(-2deg)`,
  };
  return (
    <div
      style={{
        position: 'absolute',
        left: 0,
        width: 1080,
        bottom: 150,
        textAlign: 'center',
        opacity: presence(time, part),
      }}
    >
      <span style={label}>{text}</span>
    </div>
  );
}
