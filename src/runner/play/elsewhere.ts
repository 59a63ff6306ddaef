import { SAME_POINTS, type Elsewhere } from '../../domain/playing/playing.js';
import { isPaused, stateText } from '../../domain/playing/playing-state.js';
import type { DeafIn } from '../../domain/playing/playing-words.js';
import { AFTER_HIDDEN, HIDDEN_MS, LEFT_PLAY, RIGHT_PLAY, type Beat } from './gestures.js';
import type { Sight } from './page-values.js';
import type { PlayedPage } from './played-page.js';
import { RunRecord, type Recorded } from './run-record.js';
import { pointsApart, type Shot } from './shots.js';

/** As phones have it. */
const DENSITY = 3;
const STEP_MS = 500;

export interface ShortPlay {
  readonly beats: readonly Beat[];
  readonly density: number;
  /** What comes after its beats: it is hidden, or left alone for as long; null = nothing. */
  readonly end: 'hidden' | 'alone' | null;
}

export interface ShortRun extends Recorded {
  /** Words on the screen after each beat. */
  readonly words: readonly string[];
  /** Whether it moved or answered after its end; null = it had none. */
  readonly isAlive: boolean | null;
}

/** Of what is compared with no other play no image is needed. */
const UNSEEN_PLAY = LEFT_PLAY.map(({ inputs, forMs }) => ({ inputs, forMs }));
/**
 * How a game can learn the density of its screen: in scripts or styles of its own, or by p5, which
 * asks for it.
 */
export const READS_DENSITY = /device-?pixel-?ratio|pixelDensity|resolution|dppx|\bp5\b/i;

/**
 * Plays a game hidden once, and, where the density may matter, as on a dense screen. What looks
 * wrong there is compared with the same play on a plain screen, or without the hiding: only what is
 * right there counts.
 */
export async function playElsewhere(
  run: (play: ShortPlay) => Promise<ShortRun>,
  { isDense }: { isDense: boolean },
): Promise<Elsewhere> {
  const left: ShortPlay = isDense
    ? { beats: LEFT_PLAY, density: DENSITY, end: 'hidden' }
    : { beats: UNSEEN_PLAY, density: 1, end: 'hidden' };
  const deaf: DeafIn[] = [];
  const first = await run(left);
  const runs = [first];
  if (isDense && first.stopped === null) {
    const second = await run({ beats: RIGHT_PLAY, density: DENSITY, end: null });
    runs.push(second);
    if (second.stopped === null && !isPlaceHeard(first, second) && (await isHeardOnPlain(run)))
      deaf.push('devicePixelRatio 3');
  }
  const isStopped = runs.some(({ stopped }) => stopped !== null);
  if (!isStopped && first.isAlive === false && (await run({ ...left, end: 'alone' })).isAlive)
    deaf.push('visibilitychange');
  return { runs, deaf };
}

/** A game that does something else each time does not answer to the place. */
async function isHeardOnPlain(run: (play: ShortPlay) => Promise<ShortRun>): Promise<boolean> {
  const plain = { density: 1, end: null };
  const left = { beats: LEFT_PLAY, ...plain };
  const onLeft = await run(left);
  const isHeard = isPlaceHeard(onLeft, await run({ beats: RIGHT_PLAY, ...plain }));
  return isHeard && !isPlaceHeard(onLeft, await run(left));
}

/** Plays a short run on a page that is not loaded yet. */
export async function playShort(
  page: PlayedPage,
  { beats, end }: ShortPlay,
  seenFrom: string | undefined,
): Promise<ShortRun> {
  const record = new RunRecord(page, seenFrom);
  const words: string[] = [];
  let isAlive: boolean | null = null;
  let before: Sight | null = null;
  await record.during(async () => {
    await page.load();
    for (const beat of beats) {
      before = await record.playBeat(beat);
      words.push([...before.words, ...before.drawn].join('\n'));
    }
    if (end === null || before === null) return;
    const sight = await leave(page, end);
    // A game that shows since then how to go on is not dead, although no touch may find the way.
    const rests = isPaused(sight) && !isPaused(before);
    isAlive = rests || (await goesOn(page, record, { first: sight, beats: AFTER_HIDDEN }));
  });
  return { ...(await record.result()), words, isAlive };
}

async function leave(page: PlayedPage, end: 'hidden' | 'alone'): Promise<Sight> {
  if (end === 'hidden') await page.setHidden(true);
  for (let leftMs = HIDDEN_MS; leftMs > STEP_MS; leftMs -= STEP_MS) await page.pass(STEP_MS);
  const sight = await page.pass(STEP_MS);
  return end === 'hidden' ? page.setHidden(false) : sight;
}

/** Whether anything moves or answers from now on; looks no longer than it has to. */
export async function goesOn(
  page: PlayedPage,
  record: RunRecord,
  { first, beats }: { first: Sight; beats: readonly Beat[] },
): Promise<boolean> {
  const shoot = async (): Promise<Shot> => record.takeShot(await page.shoot());
  // What is drawn on a flat canvas has a name, all else has to be looked at.
  const shot = first.drawing === 0 ? await shoot() : null;
  for (const beat of beats) if (nameOf(await record.playBeat(beat)) !== nameOf(first)) return true;
  return shot !== null && pointsApart(shot, await shoot()) >= SAME_POINTS;
}

const nameOf = (sight: Sight): string => `${stateText(sight)} ${sight.drawing}`;

/** Whether touches at other places were answered otherwise, as a person sees it. */
function isPlaceHeard(one: ShortRun, other: ShortRun): boolean {
  return (
    one.words.join('\n') !== other.words.join('\n') ||
    other.shots.some((shot, at) => pointsApart(shot, one.shots[at] ?? shot) >= SAME_POINTS)
  );
}
