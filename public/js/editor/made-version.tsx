/** What stands in an answer about the version that was made: its image, and what it has cost. */
import { useMemo } from 'preact/hooks';
import { ownImage } from '../list/thumb.js';
import { readStoredSession } from '../net/session-cache.js';
import { language, text } from '../texts/index.js';
import type { Frame } from '../types.js';
import { Image } from '../ui/image.tsx';

export type Ending = Pick<Frame<'completed'>, 'spending' | 'screenshotUrl'>;

/** The place of the image is kept before it is there. */
export function MadeVersion({ spending, screenshotUrl }: Ending) {
  // A token that was renewed does not load it anew.
  const url = useMemo(
    () => ownImage(screenshotUrl ?? null, readStoredSession()?.access_token),
    [screenshotUrl],
  );
  return (
    <>
      <Image
        sources={[url]}
        class="made-screenshot"
        alt={text.madeScreenshot}
        width={270}
        height={480}
        decoding="async"
      />
      {spending && <p class="made-spending">{spendingWords(spending)}</p>}
    </>
  );
}

/** What it cost, in shares of what a day allows where there is such a limit, and what is left. */
function spendingWords({ usd, shareOfDay, shareLeft }: NonNullable<Ending['spending']>): string {
  if (shareOfDay === null || shareLeft === null) return text.spentMoney(dollars(usd));
  const spent = usd === 0 ? text.spentNothing : text.spentShare(percent(shareOfDay));
  return [spent, text.leftToday(percent(shareLeft))].join(language === 'ja' ? '' : ' ');
}

/** `share`: from 0 to 1. */
function percent(share: number): string {
  const format = new Intl.NumberFormat(language, { style: 'percent' });
  return share > 0 && share < 0.01 ? `<${format.format(0.01)}` : format.format(share);
}

function dollars(usd: number): string {
  const format = new Intl.NumberFormat(language, { style: 'currency', currency: 'USD' });
  return usd > 0 && usd < 0.01 ? `<${format.format(0.01)}` : format.format(usd);
}
