import { MOMENT_MS, type TapeFacts } from '../../contracts/game/tape.js';
import { BEGUN, stepsAt } from '../../domain/playing/events.js';
import { isHurtAt, lossesOf } from '../../domain/playing/losses.js';
import { phaseKind } from '../../domain/playing/playing-state.js';
import { bestOf } from '../../domain/playing/progress.js';
import type { Moment } from './images.js';
import type { Known } from './life.js';
import { untilStopped, type Shown } from './loop.js';
import type { PageOf, Pages } from './pages.js';
import type { PlayedPage } from './played-page.js';
import { readShot } from './shots.js';
import { TapeHand } from './tape-run.js';

type PaintedOn = Pick<PageOf, 'parcelFile' | 'seed'>;

const IMAGES = 4;
/** What comes later in a tape is not shown: each image is played from the beginning. */
const PAINTED_MS = 24_000;
/** What an event has brought is on the screen so much later. */
const SHOWN_MS = 300;

/** Paints tapes of the version that is played, each once. */
export class Painter {
  private readonly painted = new WeakMap<TapeFacts, Shown<Moment>>();

  constructor(
    private readonly pages: Pages,
    private readonly seenFrom: string | undefined,
  ) {}

  async paint(lane: 0 | 1, on: PaintedOn, tape: Known): Promise<Shown<Moment>> {
    const known = this.painted.get(tape.facts);
    if (known) return known;
    const shown = await this.pages.on(lane, on, (page) => paintTape(page, tape, this.seenFrom));
    this.painted.set(tape.facts, shown);
    return shown;
  }

  /** Of the lives that have ended the best one, which most likely is the best one of all. */
  async paintEarly(on: PaintedOn, lives: readonly Known[]): Promise<void> {
    const [best] = bestOf(lives, 1);
    if (best !== undefined && best.facts.stopped === null) await this.paint(0, on, best);
  }
}

/** The moments of a tape in which most happens: ends, phases and the steps of most values. */
function eventsOf({ facts }: Pick<Known, 'facts'>): number[] {
  const counts = stepsAt(facts);
  for (const [at] of facts.phases) counts.set(at, (counts.get(at) ?? 0) + 50);
  const chosen: number[] = [];
  for (const [at] of [...counts].toSorted(([, one], [, other]) => other - one))
    if (at > BEGUN && chosen.length < IMAGES && chosen.every((each) => Math.abs(each - at) > 8))
      chosen.push(at);
  return chosen.toSorted((one, other) => one - other).map((at) => at * MOMENT_MS + SHOWN_MS);
}

/** Images of the eventful moments of a tape, on a page of its own. */
export async function paintTape(
  page: PlayedPage,
  tape: Known,
  seenFrom: string | undefined,
): Promise<Shown<Moment>> {
  const moments: Promise<Moment>[] = [];
  const hand = new TapeHand(page, tape.inputs);
  const untilMs = Math.min(tape.forMs, PAINTED_MS);
  const lossesMs = lossesOf(tape.facts);
  return untilStopped(moments, async () => {
    await page.load();
    for (const atMs of eventsOf(tape).filter((each) => each <= untilMs)) {
      await hand.actUntil(atMs);
      const { png } = await page.shoot();
      const [, phase = ''] = tape.facts.phases.findLast(([at]) => at * MOMENT_MS <= atMs) ?? [];
      const doing = phaseKind(phase) === 'ended' ? 'OVER' : 'PLAY';
      const isHurt = isHurtAt(lossesMs, atMs);
      moments.push(readShot(png, seenFrom).then((shot) => ({ shot, doing, isHurt })));
    }
  });
}
