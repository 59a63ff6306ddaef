import type { GameAsset } from '../../contracts/media/assets.js';
import type { Coverage } from './coverage.js';
import { mentions, scriptsIn, startCoverage } from './coverage.js';
import { PLAY_SCREEN, type Screen } from './gestures.js';
import { lanesOf, type Lanes } from './lane.js';
import { PlayedPage, type PlayedOn } from './played-page.js';
import { ownFileAt } from './served-game.js';

/** Which version a page is of, and how it is played. */
export type PageOf = Pick<PlayedOn, 'seed' | 'density' | 'isFollowed'> & {
  readonly parcelFile: string;
  /** Measures what this page runs; left out: what {@link Pages} measures. */
  readonly coverage?: Coverage | null | undefined;
};

export interface PagesOf {
  /** The version that is played; what others need or run does not count. */
  readonly parcelFile: string;
  readonly assets: readonly GameAsset[];
  readonly seenFrom?: string | undefined;
  readonly screen?: Screen;
  /** Called with what the version shows on the phone that verdicts are about, PNG. */
  readonly onScreen?: ((png: Buffer) => void) | undefined;
  /** Left out: new ones, opened when they are needed. */
  readonly lanes?: Lanes | undefined;
  /** After each run. */
  readonly onAlive: () => void;
}

/** Scripts of a game that may read its canvases; p5 reads them for its games. */
const READS_PIXELS =
  /getImageData|toDataURL|toBlob|createImageBitmap|captureStream|VideoFrame|\bp5\b/;
/** What ends a page for good. */
const SPOILED = ['freeze', 'memory', 'disk'];

/** Pages in browsers of their own: what one run costs or breaks is nothing to the others'. */
export class Pages {
  /** What a play cannot provide (J4). */
  readonly needs = new Set<string>();
  /** Set: what the version runs is measured, which costs a third more. */
  coverage: Coverage | null = null;
  private readonly lanes: Lanes;
  private readonly scripts = new Map<string, ReturnType<typeof scriptsIn>>();

  constructor(private readonly of: PagesOf) {
    this.lanes = of.lanes ?? lanesOf(of.seenFrom);
  }

  /** Ends what is being played; no browser is opened afterwards. */
  async close(): Promise<void> {
    await Promise.all(this.lanes.map((lane) => lane.end()));
  }

  /** Plays on a page of its own, which is not loaded yet, in one of the browsers. */
  on<T>(
    lane: 0 | 1 | 2,
    { parcelFile, coverage: own, ...on }: PageOf,
    play: (page: PlayedPage) => Promise<T>,
  ): Promise<T> {
    const { assets, seenFrom, screen = PLAY_SCREEN, onAlive, onScreen } = this.of;
    const isOwn = parcelFile === this.of.parcelFile;
    const coverage = isOwn ? (own ?? this.coverage) : null;
    return this.lanes[lane].use(async ({ boxed, watch }) => {
      const request = { parcelFile, assets, seenFrom };
      const isUnpainted =
        on.isFollowed === true && !mentions(await this.scriptsOf(parcelFile), READS_PIXELS);
      const page = await boxed.during(
        PlayedPage.open(boxed.browser, watch, request, {
          ...on,
          isUnpainted,
          screen,
          onScreen: isOwn && on.density === undefined ? onScreen : undefined,
        }),
      );
      const take = async (): Promise<void> => {
        const taken = page.session.send('Profiler.takePreciseCoverage');
        coverage?.add((await boxed.during(taken)).result, ownFileAt);
      };
      if (coverage) {
        await boxed.during(startCoverage(page.session));
        page.onLeave = take;
      }
      const result = await play(page);
      if (isOwn) for (const need of page.asked.needs) this.needs.add(need);
      onAlive();
      if (isSpoiled(result)) return { result, isSpoiled: true };
      if (coverage) await take();
      await boxed.during(page.close());
      return { result, isSpoiled: false };
    });
  }

  /** As {@link scriptsIn} reads them; each parcel is read once. */
  scriptsOf(parcelFile: string): ReturnType<typeof scriptsIn> {
    const scripts = this.scripts.get(parcelFile) ?? scriptsIn(parcelFile);
    this.scripts.set(parcelFile, scripts);
    return scripts;
  }
}

interface Spoilable {
  readonly stopped?: { code?: string } | string | null;
  readonly isSpoiled?: boolean;
}

/** Whether a page is of no more use after a run that ended so. */
export function isSpoiled(result: unknown): boolean {
  const { stopped, isSpoiled: isLost } = (result ?? {}) as Spoilable;
  if (isLost === true) return true;
  return SPOILED.includes(typeof stopped === 'string' ? stopped : (stopped?.code ?? ''));
}
