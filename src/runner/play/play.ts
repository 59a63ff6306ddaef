import type * as Playwright from 'playwright-core';
import { DRAW_AT_ONCE } from '../../chromium.js';
import { AppError } from '../../contracts/errors.js';
import type { PlayInput, PlayResult } from '../../contracts/play.js';
import { foundTwice, judgePlay, reportOf, seenIn, type Judgement } from '../../domain/playing.js';
import { stateLog } from '../../domain/state-log.js';
import { openRepo } from '../../git/process.js';
import { readFile } from '../../git/read.js';
import { launchBoxed } from '../boxed-browser.js';
import { chromiumPath } from '../game-page.js';
import { importBundle } from '../import-bundle.js';
import { loadPackage } from '../packages.js';
import { CpuWatch } from './cpu-watch.js';
import { FIRST_PLAY, NO_PLAY, PLAY_SCREEN, SEARCHING_PLAY, type Screen } from './gestures.js';
import { screenshotOf, shotToShow } from './screenshot.js';
import { contactSheet, pointsApart } from './shots.js';
import { PlayedPage } from './played-page.js';
import { Runner, type PlayedRun } from './run.js';

const PLAYS = { untouched: NO_PLAY, touched: FIRST_PLAY, searching: SEARCHING_PLAY } as const;

export interface PlayAccess {
  readonly seenFrom?: string | undefined;
  /** Something has happened: the play goes on. */
  readonly onAlive: () => void;
  /** Left out: the phone that verdicts are about (J4). */
  readonly screen?: Screen;
}

/**
 * Plays the game of a revision (J2, J4): twice without a touch, once with, and once more when
 * something is wrong. Throws an AppError when it cannot be played, or the reason of `signal`.
 */
export async function playGame(
  input: PlayInput,
  access: PlayAccess,
  signal: AbortSignal,
): Promise<PlayResult> {
  await importBundle(input);
  // A version that is not here must not be played as a page that says so.
  await readFile(openRepo(input.repoDir), input.revision, 'index.html');
  const startedMs = performance.now();
  const player = new Player(input, access, signal);
  try {
    const result = await player.play();
    return { ...result, tookMs: Math.round(performance.now() - startedMs) };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AppError) throw error;
    throw new AppError(
      'RunCrashed',
      `the game could not be played: ${(error as Error).message.split('\n')[0] ?? ''}`,
    );
  } finally {
    await player.close();
  }
}

type Boxed = Awaited<ReturnType<typeof launchBoxed>>;

class Player {
  private boxed: Boxed | null = null;
  private watch: CpuWatch | null = null;
  private readonly needs = new Set<string>();

  constructor(
    private readonly input: PlayInput,
    private readonly access: PlayAccess,
    private readonly signal: AbortSignal,
  ) {}

  async play(): Promise<Omit<PlayResult, 'tookMs'>> {
    const first = await this.run('untouched');
    const second = await this.run('untouched');
    const touched = await this.run('touched');
    const { hard, notes } = judge(first, second, touched);
    // The two untouched runs are each other's second play. A board may have few fields to tap.
    const isDeaf = hard.some(({ code }) => code === 'deaf');
    const again =
      hard.length > 0
        ? judge(second, first, await this.run(isDeaf ? 'searching' : 'touched'))
        : null;
    const confirmed = again === null ? [] : foundTwice(hard, again.hard);
    const shots = [...first.shots.slice(0, 2), ...touched.shots];
    const shown = shotToShow(first.shots, touched.shots);
    const needs = [...this.needs].slice(0, 5);
    const seen = seenIn(touched);
    return {
      ...reportOf(confirmed, notes, { needs, seed: this.input.seed, seen }),
      sheet: await contactSheet(shots, this.access.seenFrom),
      screen: shown && (await screenshotOf(shown, this.access.seenFrom)),
      states: stateLog(first, touched),
    };
  }

  async close(): Promise<void> {
    const { boxed } = this;
    [this.boxed, this.watch] = [null, null];
    await boxed?.close();
  }

  private async run(kind: keyof typeof PLAYS): Promise<PlayedRun> {
    this.signal.throwIfAborted();
    const stop = (): void => void this.close();
    this.signal.addEventListener('abort', stop, { once: true });
    try {
      const { browser, watch } = await this.browser();
      const { seenFrom, screen = PLAY_SCREEN } = this.access;
      const request = { ...this.input, seenFrom };
      const page = await PlayedPage.open(browser, watch, request, {
        seed: this.input.seed,
        screen,
      });
      const run = await new Runner(page, seenFrom).play(PLAYS[kind], {
        untilEnd: kind !== 'untouched',
      });
      for (const need of page.asked.needs) this.needs.add(need);
      this.access.onAlive();
      // A page that stands still would be in the way of the next one.
      await (run.froze ? this.close() : page.close());
      return run;
    } finally {
      this.signal.removeEventListener('abort', stop);
    }
  }

  private async browser(): Promise<{ browser: Playwright.Browser; watch: CpuWatch }> {
    const { chromium } = loadPackage<typeof Playwright>('playwright-core', this.access.seenFrom);
    const warn = (text: string): void => void process.stderr.write(`${text}\n`);
    this.boxed ??= await launchBoxed(chromium, chromiumPath(), {
      env: process.env,
      warn,
      args: DRAW_AT_ONCE,
    });
    this.watch ??= await CpuWatch.over(this.boxed.browser);
    return { browser: this.boxed.browser, watch: this.watch };
  }
}

function judge(first: PlayedRun, second: PlayedRun, touched: PlayedRun): Judgement {
  return judgePlay({
    untouched: [first, second],
    touched,
    drift: apart(first, second),
    change: apart(first, touched),
  });
}

/** For each image that both have how many points differ. */
function apart(one: PlayedRun, other: PlayedRun): number[] {
  return one.shots.flatMap((shot, at) => {
    const same = other.shots[at];
    return same ? [pointsApart(shot, same)] : [];
  });
}
