/** What was chosen for the game, as cards: another one is a message like any other. */
import { styleName } from '../texts/server-words.js';
import { text } from '../texts/index.js';
import { Button } from '../ui/button.tsx';
import { Image } from '../ui/image.tsx';
import type { StyleOption } from '../types.js';
import type { LineOf } from './chat-lines.ts';
import type { LineProps } from './conversation.ts';

type LookProps = LineProps<LineOf<'look'>>;

export function LookCard({ line, chat }: LookProps) {
  const { dimension, styleId, styles } = line;
  const style = styles.find(({ id }) => id === styleId);
  return (
    <details class="message wide look">
      <summary>
        {style && <Drawing {...{ line, style }} />}
        <b>{text.lookIs(dimension.toUpperCase(), style ? styleName(style) : null)}</b>
        <span class="look-change">{text.lookChange}</span>
      </summary>
      <div class="look-dimensions" role="group" aria-label={text.dimensionLabel}>
        {(['2d', '3d'] as const).map((each) => (
          <Button
            key={each}
            class="suggestion-btn"
            aria-pressed={each === dimension}
            onClick={() => each !== dimension && chat.pickDimension(each)}
          >
            {each.toUpperCase()}
          </Button>
        ))}
      </div>
      <div class="look-styles" role="group" aria-label={text.styleList}>
        {styles.map((each) => (
          <Card key={each.id} {...{ style: each, line, chat }} />
        ))}
      </div>
    </details>
  );
}

interface CardProps extends LookProps {
  style: StyleOption;
}

function Card({ style, line, chat }: CardProps) {
  const isWorn = line.styleId === style.id;
  return (
    <Button
      class="style-card-chat"
      data-style-id={style.id}
      aria-pressed={isWorn}
      onClick={() => isWorn || chat.pickStyle(line, style)}
    >
      <Drawing {...{ line, style }} />
      <span class="style-name">{styleName(style)}</span>
    </Button>
  );
}

function Drawing({ line, style }: Pick<CardProps, 'line' | 'style'>) {
  const file = `${line.dimension}/${style.id}.svg`;
  const { pathname: drawn } = new URL(`../../images/styles/${file}`, import.meta.url);
  return (
    <span class="style-image">
      <Image sources={[style.imageUrl, drawn]} alt="" loading="lazy" width={140} height={100} />
    </span>
  );
}
