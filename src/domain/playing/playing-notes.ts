import type { PlayFinding } from '../../contracts/game/play.js';
import { declaredIn } from './playing-state.js';
import { BLANK_POINTS, type Run } from './playing.js';
import { findingOf } from './playing-words.js';

/** So often among the images of a play: what moves across an edge is seen there once. */
const CUT_IMAGES = 3;
/** A score that has not moved by then does not move, in the game's time. */
const SCORE_MS = 4_000;
/** A game leaves no more of the screen empty all the time. */
const EMPTY_SHARE = 0.4;
/** Of a phone's processor, which takes two or three times as long, little is left beside this. */
const SLOW_FRAME_MS = 20;

/** Words and buttons that are hard to read or to hit; how many buttons can be seen. */
export interface Layout {
  readonly small: readonly string[];
  readonly cut: readonly string[];
  readonly targets: readonly string[];
  /** Words, or buttons, that lie over each other. */
  readonly overlaps: readonly string[];
  readonly buttons: number;
}

export interface OtherScreen {
  readonly before: Layout;
  readonly after: Layout;
  readonly ink: number;
}

/** How a game looks and works beside what it does, in a touched run. */
export interface Looks {
  /** How it lay on the screen, for each image. */
  readonly layouts: readonly Layout[];
  /** The same, and points that are not of one colour, when it came to a smaller screen at last. */
  readonly otherScreen: OtherScreen | null;
  /** The same when the phone was turned on its side after that. */
  readonly turned: OtherScreen | null;
  /** Of the height, or of the width, the largest part in which nothing was ever to be seen. */
  readonly emptyShare: number;
  /** Time of the processor for each of its frames; null = not measured. */
  readonly frameCpuMs: number | null;
}

type SoftlySeen = Looks & Pick<Run, 'states' | 'overAtMs' | 'endedAtMs'>;

/** Soft findings of the touched run: input for a repair and a judge, without deciding (J2). */
export function softFindings(run: SoftlySeen): PlayFinding[] {
  const { layouts, frameCpuMs } = run;
  const told = (code: PlayFinding['code'], evidence: string): PlayFinding[] =>
    evidence === '' ? [] : [findingOf(code, 'touched', evidence)];
  const slow =
    frameCpuMs !== null && frameCpuMs > SLOW_FRAME_MS ? `${Math.round(frameCpuMs)} ms` : '';
  return [
    ...told('still-score', stillScore(run)),
    ...told('small-text', listed(layouts.flatMap(({ small }) => small))),
    ...told('cut-text', listed(seenOften(layouts.map(({ cut }) => cut)))),
    ...told('overlap', listed(seenOften(layouts.map(({ overlaps }) => overlaps)))),
    ...told('half-empty', emptyPart(run)),
    ...told('small-targets', listed(layouts.flatMap(({ targets }) => targets))),
    ...told('other-screen', misfit(run.otherScreen)),
    ...told('turned', lostIn(run.turned)),
    ...told('slow-frames', slow),
  ];
}

/** The score that stands there all the time; empty when there is none, or it moves. */
function stillScore({ states, overAtMs, endedAtMs }: SoftlySeen): string {
  const scores = states.flatMap((state) => declaredIn(state)['score'] ?? []);
  const isLong = (overAtMs ?? endedAtMs) >= SCORE_MS;
  return isLong && scores.length > 0 && new Set(scores).size === 1 ? `score: ${scores[0]!}` : '';
}

const emptyPart = ({ emptyShare }: Looks): string =>
  emptyShare > EMPTY_SHARE ? `${Math.round(100 * emptyShare)} % of the screen` : '';

function seenOften(images: readonly (readonly string[])[]): string[] {
  const all = new Set(images.flat());
  return [...all].filter(
    (text) => images.filter((image) => image.includes(text)).length >= CUT_IMAGES,
  );
}

function misfit(seen: OtherScreen | null): string {
  if (seen === null) return '';
  if (seen.ink < BLANK_POINTS) return 'nothing is to be seen there';
  const cut = newlyCut(seen.before, seen.after);
  if (cut.length > 0) return `cut there: ${listed(cut)}`;
  const lost = seen.before.buttons - seen.after.buttons;
  return lost > 0 ? `${lost} of ${seen.before.buttons} buttons are out of sight there` : '';
}

/** Most games stand upright: on its side a phone has to show something to go on with. */
function lostIn(seen: OtherScreen | null): string {
  if (seen === null) return '';
  if (seen.ink < BLANK_POINTS) return 'nothing is to be seen there';
  const isLost = seen.before.buttons > 0 && seen.after.buttons === 0;
  return isLost ? 'all buttons are out of sight there' : '';
}

const newlyCut = (before: Layout, after: Layout): string[] =>
  after.cut.filter((text) => !before.cut.includes(text));

const listed = (texts: readonly string[]): string =>
  [...new Set(texts)]
    .slice(0, 5)
    .map((text) => `"${text}"`)
    .join(', ');
