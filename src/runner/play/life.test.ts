import { describe, expect, it } from 'vitest';
import { Tape, TAPE_LIMITS, type TapeInput } from '../../contracts/game/tape.js';
import { chanceOf } from '../../game-page/chance.js';
import { Leanings, LifeRun } from './life.js';
import { tapeOf } from './lives.js';
import type { PageView } from './page-values.js';
import type { PlayedPage } from './played-page.js';

/** A page whose game gains with every moment and never ends. */
class EndlessPage {
  nowMs = 0;
  readonly inputs: TapeInput[] = [];
  readonly thrown = new Map<number, never>();
  /** How often the view was asked for by itself. */
  views = 0;
  private isSeen = false;

  constructor(private readonly seed = { x: 100, y: 400 }) {}

  async load(): Promise<void> {}

  async act(inputs: readonly TapeInput[], untilMs: number, isViewed: boolean) {
    this.inputs.push(...inputs);
    this.nowMs = untilMs;
    this.isSeen = false;
    return isViewed ? this.shown() : null;
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
    this.views += 1;
    return this.shown();
  }

  protected shown(): PageView {
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

  it('asks for what there is to be touched with each pass, not once more after it', async () => {
    const [page, chance] = [new EndlessPage(), chanceOf(1)];
    const run = new LifeRun(page as unknown as PlayedPage, chance, new Leanings(chance));
    await run.play({ forMs: 15_000, mostMs: 15_000, from: null, isEndSeen: false });
    // Before its first tap, and after that one.
    expect(page.views).toBe(2);
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

  protected override shown() {
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

/** A story that is over 4 s after it began, each time; with `digits` it shows a number as well. */
class StoryPage extends EndlessPage {
  private begunMs = 0;

  constructor(private readonly digits: string) {
    super();
  }

  override act(inputs: readonly TapeInput[], untilMs: number, isViewed: boolean) {
    const isTold = this.nowMs - this.begunMs >= 4_000;
    if (isTold && inputs.some(({ type }) => type === 'down')) this.begunMs = untilMs;
    return super.act(inputs, untilMs, isViewed);
  }

  override moments() {
    const at = Math.floor(this.nowMs / 100);
    const isTold = this.nowMs - this.begunMs >= 4_000;
    const told = { data: {}, words: [`a night${this.digits}`], drawn: [] };
    return {
      moments: [{ at, name: at, drawing: at, told }],
      series: { 'state.state': [[at, isTold ? 'over' : 'playing']] as [number, string][] },
    } as unknown as ReturnType<EndlessPage['moments']>;
  }
}

describe('P3: a long life', () => {
  it.each([
    ['of words alone begins again until its time is over', '', undefined, 5, 20],
    ['of a game with a score is over once it began again', ' SCORE 1', undefined, 1, 1],
    ['of words that one policy plays is over once it began again', '', 'things', 1, 1],
  ] as const)('%s', async (_, digits, only, least, most) => {
    const [page, chance] = [new StoryPage(digits), chanceOf(1)];
    const run = new LifeRun(page as unknown as PlayedPage, chance, new Leanings(chance));
    const plan = { forMs: 40_000, mostMs: 64_000, from: null, isEndSeen: false, isOnce: true };
    const { facts } = await run.play({ ...plan, only });
    const ends = facts.phases.filter(([, phase]) => phase === 'over').length;
    expect(ends).toBeGreaterThanOrEqual(least);
    expect(ends).toBeLessThanOrEqual(most);
  });
});

it('P3: a policy that gained is chosen by the square of what it did', () => {
  const leanings = new Leanings(chanceOf(1));
  const names = new Set<string>();
  for (let next = leanings.next(); next.isNew; next = leanings.next()) names.add(next.name);
  leanings.learn('swipes', { gains: 0, changes: 0 }, { gains: 1, changes: 0, isEnded: false });
  const drawn = Array.from({ length: 1_000 }, () => leanings.next().name);
  const often = drawn.filter((name) => name === 'swipes').length;
  const share = 16 / (15 + names.size);
  expect(often / 1_000).toBeGreaterThan(0.9 * share);
  expect(often / 1_000).toBeLessThan(1.1 * share);
});
