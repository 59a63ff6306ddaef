/**
 * The strip of visual styles. Picking locks it; when nothing comes of the pick it can be used
 * again.
 */
import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { styleName } from '../texts/server-words.js';
import { text } from '../texts/index.js';
import { Button, IconButton } from '../ui/button.tsx';
import { Image } from '../ui/image.tsx';
import type { StyleOption } from '../types.js';
import type { LineOf } from './chat-lines.ts';
import type { LineProps } from './conversation.ts';

const SHOWN_FIRST = 10;
const SCROLL_PX = 300;
const NEAR_EDGE_PX = 8;

type QuestionProps = LineProps<LineOf<'style'>>;

export function StyleQuestion({ line, chat }: QuestionProps) {
  const isLocked = line.answer !== null;
  return (
    <div class={`message assistant wide style-question${isLocked ? ' is-locked' : ''}`}>
      <p>{text.chooseStyle}</p>
      <Strip {...{ line, chat }} />
      <Button
        class="button style-custom-btn-chat"
        disabled={isLocked}
        onClick={() => chat.pickStyle(line, null)}
      >
        {text.skip}
      </Button>
    </div>
  );
}

/** An arrow stands only where there is more to see. */
function Strip({ line, chat }: QuestionProps) {
  const strip = useRef<HTMLDivElement>(null);
  const isAll = useSignal(line.styles.length <= SHOWN_FIRST);
  const arrows = useSignal({ backward: false, forward: false });
  const look = (): void => {
    const { scrollLeft = 0, clientWidth = 0, scrollWidth = 0 } = strip.current ?? {};
    arrows.value = {
      backward: scrollLeft >= NEAR_EDGE_PX,
      forward: scrollLeft + clientWidth <= scrollWidth - NEAR_EDGE_PX,
    };
  };
  useEffect(() => {
    const sizes = new ResizeObserver(look);
    if (strip.current) sizes.observe(strip.current);
    return () => sizes.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (isAll.value) strip.current?.querySelectorAll('button')[SHOWN_FIRST]?.focus();
  }, [isAll.value]);
  const arrow = (icon: 'backward' | 'forward', label: string, left: number) => (
    <IconButton
      class={`icon-button style-scroll ${icon}`}
      tabIndex={-1}
      hidden={!arrows.value[icon]}
      onClick={() => strip.current?.scrollBy({ left, behavior: 'smooth' })}
      {...{ icon, label }}
      size={18}
    />
  );
  return (
    <div class="style-strip-frame">
      {arrow('backward', text.stylesBack, -SCROLL_PX)}
      <div
        ref={strip}
        class="style-strip"
        role="group"
        aria-label={text.styleList}
        tabIndex={-1}
        onScroll={look}
      >
        {line.styles.map((style, index) => {
          const hidden = !isAll.value && index >= SHOWN_FIRST;
          return <Card key={style.id} {...{ style, line, chat, hidden }} />;
        })}
        {!isAll.value && (
          <Button class="style-more-btn" onClick={() => (isAll.value = true)}>
            {text.moreStyles(line.styles.length - SHOWN_FIRST)}
          </Button>
        )}
      </div>
      {arrow('forward', text.stylesNext, SCROLL_PX)}
    </div>
  );
}

interface CardProps extends QuestionProps {
  style: StyleOption;
  hidden: boolean;
}

function Card({ style, line, chat, hidden }: CardProps) {
  const file = `${line.dimension}/${style.id}.svg`;
  const { pathname: drawn } = new URL(`../../images/styles/${file}`, import.meta.url);
  return (
    <Button
      class="style-card-chat"
      data-style-id={style.id}
      aria-pressed={line.answer === style.id}
      disabled={line.answer !== null}
      hidden={hidden}
      onClick={() => chat.pickStyle(line, style)}
    >
      <span class="style-image">
        <Image sources={[style.imageUrl, drawn]} alt="" loading="lazy" width={140} height={100} />
      </span>
      <span class="style-name">{styleName(style)}</span>
    </Button>
  );
}
