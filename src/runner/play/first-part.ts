import type Sharp from 'sharp';
import type { PlayFinding, PlayReport, PlayResult } from '../../contracts/game/play.js';
import type { Receipt } from '../../contracts/game/receipt.js';
import type { Elsewhere, Play } from '../../domain/playing/playing.js';
import { loadPackage } from '../packages.js';
import type { Moment, Shown } from './images.js';
import type { PlayedRun } from './run.js';
import { pointsApart, rawOf, readShot } from './shots.js';

/** What is known of a game before its lives: by runs of this play, or by an earlier one (P6). */
export interface FirstPart extends Pick<PlayReport, 'seen' | 'notes'> {
  /** Hard ones, found twice. */
  readonly findings: readonly PlayFinding[];
  /** Nothing hard was found, not even once. */
  readonly isWell: boolean;
  readonly states: PlayResult['states'];
  /** Full screens of this play. */
  readonly moments: readonly Moment[];
  /** What an earlier play has shown; null = there was none. */
  readonly shown: Shown | null;
  /** Changed lines that an earlier play did not reach; null = there was none. */
  readonly neverRan: Receipt['neverRan'] | null;
}

/** What an earlier play hands over that has found nothing hard. */
export async function firstPartOf(
  { notes, seen, states, moments, screen, card, receipt }: PlayResult,
  seenFrom: string | undefined,
): Promise<FirstPart> {
  const read = moments.map(async ({ png, ...of }): Promise<Moment> => {
    return { ...of, shot: await readShot(Buffer.from(png, 'base64'), seenFrom) };
  });
  const shown = { screen, card, moments: await Promise.all(read) };
  const neverRan = receipt?.neverRan ?? null;
  return { findings: [], isWell: true, notes, seen, states, moments: [], shown, neverRan };
}

/** Small screens for a play that goes on from this one. */
export function handedOver(
  screens: readonly Moment[],
  seenFrom: string | undefined,
): Promise<PlayResult['moments']> {
  const sharp = loadPackage<typeof Sharp>('sharp', seenFrom);
  return Promise.all(
    screens.map(async ({ shot, ...of }) => {
      const { input, raw } = rawOf(shot);
      const png = await sharp(input, { raw }).png({ effort: 1 }).toBuffer();
      return { ...of, png: png.toString('base64') };
    }),
  );
}

/** Runs of a first part. */
export type Seen = Omit<Play, 'untouched' | 'touched'> & {
  readonly untouched: readonly [PlayedRun, PlayedRun];
  readonly touched: PlayedRun;
};

export function beside(
  first: PlayedRun,
  second: PlayedRun,
  touched: PlayedRun,
  elsewhere: Elsewhere,
): Seen {
  const [drift, change] = [apart(first, second), apart(first, touched)];
  return { untouched: [first, second], touched, elsewhere, drift, change };
}

/** What a run has seen; after the last touch a game is left alone until it is over. */
export function momentsOf({ shots, overs, hurts }: PlayedRun, doing: 'IDLE' | 'PLAY'): Moment[] {
  const last = doing === 'PLAY' ? 'LATE' : 'IDLE';
  return shots.map((shot, at): Moment => {
    if (overs[at]) return { shot, doing: 'OVER' };
    return { shot, doing: at === shots.length - 1 ? last : doing, isHurt: hurts[at] };
  });
}

/** For each image that both have how many points differ. */
function apart(one: PlayedRun, other: PlayedRun): number[] {
  return one.shots.flatMap((shot, at) => {
    const same = other.shots[at];
    return same ? [pointsApart(shot, same)] : [];
  });
}
