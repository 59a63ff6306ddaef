import { describe, expect, it } from 'vitest';
import type { TapeInput } from '../../contracts/game/tape.js';
import { chanceOf } from '../../game-page/chance.js';
import type { PlayedPage } from './played-page.js';
import { isAtEnd, outlastOn, searchOn } from './search.js';

const ENDS_AT_MS = 9_000;

/** A page whose game is over at the same moment, whatever is done. */
class EndingPage {
  nowMs = 0;
  loads = 0;
  readonly inputs: TapeInput[] = [];
  readonly thrown = new Map<number, never>();
  private seenMs = -100;

  constructor(private readonly endsAtMs = ENDS_AT_MS) {}

  async load(): Promise<void> {
    this.loads += 1;
    this.inputs.length = 0;
    [this.nowMs, this.seenMs] = [0, -100];
  }

  async act(inputs: readonly TapeInput[], untilMs: number): Promise<void> {
    this.inputs.push(...inputs);
    this.nowMs = untilMs;
  }

  moments() {
    const moments = [];
    const states: [number, string][] = [];
    const told = { data: {}, words: [], drawn: [] };
    for (let atMs = this.seenMs + 100; atMs <= this.nowMs; atMs += 100) {
      const at = atMs / 100;
      moments.push({ at, name: at, drawing: at, told });
      if (atMs === 0 || atMs === this.endsAtMs) states.push([at, at === 0 ? 'playing' : 'over']);
      this.seenMs = atMs;
    }
    return { moments, series: { 'state.state': states } };
  }

  async view() {
    return { things: [], targets: [{ name: 'seed', x: 100, y: 400 }] };
  }
}

describe('P3: the last life of a search', () => {
  it.each([
    [0, 1],
    [1, 2],
    [Infinity, 9],
  ])('goes back from an end at most %d times, and once by each policy', async (tries, loads) => {
    const page = new EndingPage();
    await searchOn(page as unknown as PlayedPage, {
      ...{ waitMs: 0, livesMs: [15_000], longMs: 64_000, tries },
      ...{ chance: chanceOf(1), known: [] },
    });
    expect(page.loads).toBe(loads);
  });

  it.each([9_000, 2_000])(
    'begins again at its end, after %d ms, as each that goes on',
    async (ms) => {
      const { lives } = await searchOn(new EndingPage(ms) as unknown as PlayedPage, {
        ...{ waitMs: 0, livesMs: [15_000], longMs: 64_000, tries: 2 },
        ...{ chance: chanceOf(1), known: [] },
      });
      expect(lives.map(({ begin }) => begin.length > 0)).toEqual([true, true, true]);
      for (const { inputs } of lives)
        expect(inputs.filter(({ atMs, type }) => type === 'down' && atMs > ms)).toHaveLength(4);
    },
  );

  it('is gone back from by other pages, each as often as it may, and all is kept', async () => {
    const search = { waitMs: 0, livesMs: [15_000], longMs: 64_000, tries: 0 };
    const first = new EndingPage() as unknown as PlayedPage;
    const of = { ...search, chance: chanceOf(1), known: [] };
    const [life] = (await searchOn(first, of)).lives;
    expect(life && isAtEnd(life)).toBe(true);
    const page = new EndingPage();
    const how = { longMs: 64_000, tries: 2, chance: chanceOf(2) };
    const lives = await outlastOn(page as unknown as PlayedPage, life!, how);
    expect([page.loads, lives.length]).toEqual([2, 2]);
    const [begin] = lives[0]?.inputs ?? [];
    expect(begin).toEqual(life?.inputs[0]);
  });
});
