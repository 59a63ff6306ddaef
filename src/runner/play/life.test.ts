import { describe, expect, it } from 'vitest';
import { Tape, TAPE_LIMITS, type TapeInput } from '../../contracts/game/tape.js';
import { chanceOf } from '../../game-page/chance.js';
import { Leanings, LifeRun } from './life.js';
import { tapeOf } from './lives.js';
import type { PlayedPage } from './played-page.js';

/** A page whose game gains with every moment and never ends. */
class EndlessPage {
  nowMs = 0;
  readonly inputs: TapeInput[] = [];
  readonly thrown = new Map<number, never>();
  private isSeen = false;

  constructor(private readonly seed = { x: 100, y: 400 }) {}

  async load(): Promise<void> {}

  async act(inputs: readonly TapeInput[], untilMs: number): Promise<void> {
    this.inputs.push(...inputs);
    this.nowMs = untilMs;
    this.isSeen = false;
  }

  moments() {
    const at = Math.floor(this.nowMs / 100);
    const isNew = !this.isSeen;
    this.isSeen = true;
    const told = { data: {}, words: [], drawn: [] };
    return {
      moments: isNew ? [{ at, name: at, drawing: at, told }] : [],
      series: isNew ? { 'state.score': [[at, at]] } : {},
    };
  }

  async view() {
    return { things: [], targets: [{ name: 'seed', ...this.seed }] };
  }
}

describe('P3: a life of a game that never ends', () => {
  it('is a tape, however long it could go on and however much it is touched', async () => {
    for (const seed of Array(8).keys()) {
      const chance = chanceOf(seed);
      const page = new EndlessPage();
      const run = new LifeRun(page as unknown as PlayedPage, chance, new Leanings(chance));
      const most = { forMs: TAPE_LIMITS.ms, mostMs: TAPE_LIMITS.ms };
      const life = await run.play({ ...most, from: null, isEndSeen: false });
      expect(life.forMs).toBeGreaterThan(20_000);
      expect(Tape.safeParse(tapeOf(life, seed)).error).toBeUndefined();
    }
  });

  it('is a tape, however far beyond the screen the game draws what is touched', async () => {
    const places = new Set<string>();
    for (const seed of Array(8).keys()) {
      const chance = chanceOf(seed);
      const page = new EndlessPage({ x: 2_000, y: -900 });
      const run = new LifeRun(page as unknown as PlayedPage, chance, new Leanings(chance));
      const plan = { forMs: 15_000, mostMs: 15_000, from: null, isEndSeen: false };
      const life = await run.play(plan);
      expect(Tape.safeParse(tapeOf(life, seed)).error).toBeUndefined();
      for (const input of life.inputs) if ('x' in input) places.add(`${input.x}, ${input.y}`);
    }
    expect(places).toContain('389, 0');
  });
});

/** A page that is over from some moment on, and then has one more button, behind all others. */
class OverPage extends EndlessPage {
  override moments() {
    const at = Math.floor(this.nowMs / 100);
    const state = at >= 40 ? 'won' : 'playing';
    const told = { data: {}, words: [], drawn: [] };
    return {
      moments: [{ at, name: at, drawing: at, told }],
      series: { 'state.state': [[at, state]] as [number, string][] },
    } as unknown as ReturnType<EndlessPage['moments']>;
  }

  override async view() {
    const cards = [60, 120, 180, 240, 300].map((x) => ({ name: 'card', x, y: 300 }));
    const come = this.nowMs >= 4_000 ? [{ name: '#deal', x: 195, y: 700 }] : [];
    return { things: [], targets: [...cards, ...come] };
  }
}

it('P3: a life that is over taps at first at what has come with its end', async () => {
  const [page, chance] = [new OverPage(), chanceOf(1)];
  const run = new LifeRun(page as unknown as PlayedPage, chance, new Leanings(chance));
  const plan = { forMs: 15_000, mostMs: 15_000, from: null, isEndSeen: false, isOnce: true };
  const { inputs } = await run.play(plan);
  const after = inputs.filter(({ type, atMs }) => type === 'down' && atMs > 4_500);
  expect(after[0]).toMatchObject({ on: '#deal', x: 195, y: 700 });
});
