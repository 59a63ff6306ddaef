import { describe, expect, it } from 'vitest';
import { STOPPING_MS } from '../../domain/playing/suspects.js';
import type { TapeInput } from '../../contracts/game/tape.js';
import { chanceOf } from '../../game-page/chance.js';
import { suspectsLed } from './phases.js';
import type { PlayedPage } from './played-page.js';

/** A page that says in which phase it is, and throws so long after it was led there. */
class LedPage {
  nowMs = 0;
  readonly led: string[] = [];
  readonly inputs: TapeInput[] = [];
  readonly thrown = new Map<number, { text: string }>();
  private throwsAtMs = Infinity;
  private phase = 'title';

  constructor(
    private readonly throwsAfterMs: number,
    private readonly saysSo = true,
  ) {}

  async load(): Promise<void> {
    [this.nowMs, this.throwsAtMs, this.phase] = [0, Infinity, 'title'];
    this.inputs.length = 0;
    this.thrown.clear();
  }

  async call(name: string, phase = ''): Promise<unknown> {
    if (name === 'phases') return ['wave', 'boss', 'won', 'cave', 'sky'];
    this.led.push(phase);
    this.throwsAtMs = this.nowMs + this.throwsAfterMs;
    if (this.saysSo) this.phase = phase;
    return null;
  }

  async act(inputs: readonly TapeInput[], untilMs: number): Promise<void> {
    this.inputs.push(...inputs);
    this.nowMs = untilMs;
    if (untilMs >= this.throwsAtMs) this.thrown.set(1, { text: 'TypeError: no fire' });
  }

  moments() {
    const at = Math.floor(this.nowMs / 100);
    const told = { data: {}, words: [], drawn: [] };
    const series = { 'state.phase': [[at, this.phase]] };
    return { moments: [{ at, name: at, drawing: at, told }], series };
  }

  async view() {
    return { things: [], targets: [{ name: 'seed', x: 100, y: 400 }] };
  }
}

const ledIn = (page: LedPage) =>
  suspectsLed(page as unknown as PlayedPage, { chance: chanceOf(1), reached: ['wave'] });

describe('P3: phases that a game offers and no life has reached', () => {
  it('are played on from, two at most, and what fails later is done once more', async () => {
    const page = new LedPage(1_600);
    const { suspects } = await ledIn(page);
    expect(page.led).toEqual(['boss', 'cave']);
    expect(suspects.map(({ why, phase }) => [why, phase])).toEqual([
      ['stopped', 'boss'],
      ['stopped', 'cave'],
    ]);
    for (const { forMs } of suspects) expect(forMs).toBeGreaterThan(9_000 + STOPPING_MS);
  });

  it.each([
    ['fails at once', new LedPage(300)],
    ['is none that it says it is in', new LedPage(1_600, false)],
    ['does not fail', new LedPage(Infinity)],
  ])('are no suspects where one %s', async (_, page) => {
    expect((await ledIn(page)).suspects).toEqual([]);
  });
});
