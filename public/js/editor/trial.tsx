/** What is seen of a game while it is tried, before it is there: an image every few seconds. */
import type { Signal } from '@preact/signals';
import { ownImage } from '../list/thumb.js';
import { readStoredSession } from '../net/session-cache.js';
import { text } from '../texts/index.js';
import { Image } from '../ui/image.tsx';

/** `url`: of the newest image; null = nothing is tried, or words alone are to be had. */
export function Trial({ url }: { url: Signal<string | null> }) {
  const seen = ownImage(url.value, readStoredSession()?.access_token);
  if (seen === null) return null;
  return (
    <figure class="trial">
      <Image sources={[seen]} alt="" width={54} height={117} />
      <figcaption>{text.beingTried}</figcaption>
    </figure>
  );
}
