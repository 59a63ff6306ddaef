/** What an answer shows of the version that was made: its image and, for members, its cost. */
import { useMemo } from 'preact/hooks';
import { ownImage } from '../list/thumb.js';
import { readStoredSession } from '../net/session-cache.js';
import { language, text } from '../texts/index.js';
import type { Frame } from '../types.js';
import { Image } from '../ui/image.tsx';

export type Ending = Pick<Frame<'completed'>, 'spending' | 'screenshotUrl'>;

/** The place of the image is kept before it is there. */
export function MadeVersion({ spending, screenshotUrl }: Ending) {
  const session = readStoredSession();
  // A token that was renewed does not load it anew.
  const url = useMemo(
    () => ownImage(screenshotUrl ?? null, session?.access_token),
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
      {spending && session?.user.is_anonymous !== true && (
        <p class="made-spending">{spendingWords(spending)}</p>
      )}
    </>
  );
}

/** What it cost, in shares of what a day allows where there is such a limit, and what is left. */
function spendingWords({ usd, shareOfDay, shareLeft }: NonNullable<Ending['spending']>): string {
  if (shareOfDay === null || shareLeft === null)
    return usd === 0 ? text.spentFree : text.spentMoney(about(usd, dollars));
  const spent = usd === 0 ? text.spentNothing : text.spentShare(share(shareOfDay));
  return [spent, text.leftToday(about(shareLeft, percent))].join(language === 'ja' ? '' : ' ');
}

const SMALLEST = 0.01;
const isTiny = (value: number): boolean => value > 0 && value < SMALLEST;
const formatted = (value: number, options: Intl.NumberFormatOptions): string =>
  new Intl.NumberFormat(language, options).format(value);
const dollars = (usd: number): string => formatted(usd, { style: 'currency', currency: 'USD' });
/** `value`: from 0 to 1. */
const percent = (value: number): string => formatted(value, { style: 'percent' });

/** An amount in words; a tiny one is less than the smallest. */
function about(value: number, format: (value: number) => string): string {
  return isTiny(value) ? text.lessThan(format(SMALLEST)) : text.about(format(value));
}

const share = (value: number): string =>
  isTiny(value) ? text.lessThan(percent(SMALLEST)) : percent(value);
