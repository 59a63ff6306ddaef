/** What a change has changed: in words, and as images of before and after. */
import { useSignal } from '@preact/signals';
import { useMemo, useRef } from 'preact/hooks';
import { ownImage } from '../list/thumb.js';
import { readStoredSession } from '../net/session-cache.js';
import { text } from '../texts/index.js';
import { Button, IconButton } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import type { ChangeReceipt } from './change-receipt.ts';

/** As the images are made: two screens side by side. */
const SIZE = { width: 366, height: 390 } as const;

/** What a change took away stands above all else. */
export function ChangeLost({ lost }: Pick<ChangeReceipt, 'lost'>) {
  return (
    lost !== null && (
      <p class="change-lost">
        <Icon name="alert" size={18} />
        <span>{lost}</span>
      </p>
    )
  );
}

export function ChangeView({
  facts,
  loop,
  projectId,
}: Omit<ChangeReceipt, 'lost'> & { projectId: string }) {
  if (facts.length === 0) return null;
  return (
    <section class="change-view" aria-label={text.changeTitle}>
      <dl>
        {facts.map(([label, said]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{said}</dd>
          </div>
        ))}
      </dl>
      {loop !== null && <ChangeLoop name={loop} projectId={projectId} />}
    </section>
  );
}

/**
 * Moving images, which stand still on request and at first where no motion is wanted. Their place
 * is kept before they are there.
 */
export function ChangeLoop({ name, projectId }: { name: string; projectId: string }) {
  const tries = useSignal(0);
  const isFailed = useSignal(false);
  const isMoving = useSignal(!window.matchMedia('(prefers-reduced-motion: reduce)').matches);
  const image = useRef<HTMLImageElement>(null);
  const still = useRef<HTMLCanvasElement>(null);
  // A token that was renewed does not load it anew.
  const url = useMemo(
    () =>
      ownImage(`/api/projects/${projectId}/screenshots/${name}`, readStoredSession()?.access_token),
    [name, tries.value],
  );
  const draw = (): void => {
    if (image.current)
      still.current?.getContext('2d')?.drawImage(image.current, 0, 0, SIZE.width, SIZE.height);
  };
  const again = (): void => {
    tries.value += 1;
    isFailed.value = false;
  };
  return (
    <figure class={`change-loop${isMoving.value ? '' : ' is-still'}`}>
      <div class="change-loop-stage">
        {url !== null && !isFailed.value && (
          <img
            {...SIZE}
            ref={image}
            key={tries.value}
            src={url}
            alt={text.changeLoop}
            loading="lazy"
            decoding="async"
            onLoad={draw}
            onError={() => (isFailed.value = true)}
          />
        )}
        <canvas {...SIZE} ref={still} hidden={isFailed.value} aria-hidden="true" />
        {isFailed.value && (
          <Button class="link-button" onClick={again}>
            {text.retry}
          </Button>
        )}
      </div>
      <figcaption>
        <span>{text.changeBefore}</span>
        <IconButton
          icon={isMoving.value ? 'pause' : 'play'}
          label={isMoving.value ? text.changeLoopPause : text.changeLoopPlay}
          disabled={isFailed.value}
          onClick={() => (isMoving.value = !isMoving.value)}
        />
        <span>{text.changeAfter}</span>
      </figcaption>
    </figure>
  );
}
