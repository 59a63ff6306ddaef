import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { z } from 'zod';
import { PROJECT_ROOT } from '../../../src/config.js';
import { TapeFacts, TapeSet } from '../../../src/contracts/game/tape.js';
import { PLAYER_VERSION, seedOf } from '../../../src/domain/playing/playing.js';
import { receiptOf } from '../../../src/domain/playing/receipt.js';
import { searchGame } from '../../../src/runner/play/deep-search.js';
import { gameTreeIn } from '../../../src/runner/play/game-tree.js';
import { LANES } from '../../../src/runner/play/lane.js';
import { answersIn, livesIn } from '../../../src/runner/play/lives.js';
import { Pages } from '../../../src/runner/play/pages.js';
import { seenAgain } from '../../../src/runner/play/tape-run.js';
import { writeParcel } from '../../support/parcels.js';
import { casesOf, type Case, type StrangersGame } from './games.js';
import { reachedBy, type Outcome } from './outcome.js';
import type { Played } from './score.js';

const { answers } = TapeSet.shape;
const Change = z.object({ facts: z.array(TapeFacts), answers, lives: z.array(TapeFacts) });
type Change = z.infer<typeof Change>;
/** What the tapes of a game showed of it, and of each of its changes, by id. */
const Pairs = z.object({
  facts: z.array(TapeFacts),
  answers,
  changes: z.record(z.string(), Change),
});
export type Pairs = z.infer<typeof Pairs>;

/** Of the deep search for a game's tapes, and of each change. */
const LIVES = { game: 12, change: 2 } as const;
/** Kept for `npm test`: of each game so many tapes. */
export const FIXTURES = path.join(PROJECT_ROOT, 'test/fixtures/receipts');
const KEPT_TAPES = 3;
const WALL_MS = 1_200_000;
const WINDOW = { [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS };

/** Null: there is no such file. */
export async function readPairs(file: string): Promise<Pairs | null> {
  const bytes = await readFile(file).catch(() => null);
  return bytes && Pairs.parse(JSON.parse(brotliDecompressSync(bytes).toString()));
}

export async function writePairs(file: string, pairs: Pairs): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, brotliCompressSync(JSON.stringify(pairs), { params: WINDOW }));
}

/** The receipts of all changes, by the rules as they are: a function of what was seen. */
export function playedIn(game: StrangersGame, { facts, answers: asked, changes }: Pairs): Played[] {
  const seen: Outcome = {
    id: game.name,
    key: '',
    player: PLAYER_VERSION,
    verdict: 'plays',
    reason: '',
    findings: [],
    notes: [],
    receipt: null,
    reached: reachedBy(facts, asked),
    tapes: '',
    sheet: '',
    seconds: 0,
  };
  return casesOf(game).flatMap((of) => {
    const change = changes[of.id];
    if (change === undefined) return [];
    const receipt = receiptOf({ facts, answers: asked }, { ...change, neverRan: [] });
    return [{ of, plain: seen, outcome: { ...seen, receipt } }];
  });
}

/** Plays a game and its breaks, doubles and cosmetic edits, by tapes and answers alone. */
export async function recordPairs(game: StrangersGame): Promise<Pairs> {
  const folder = await mkdtemp(path.join(tmpdir(), 'dreamcore-pairs-'));
  try {
    const parcelFile = await writeParcel(folder, { 'index.html': game.html });
    const { tapes: set } = await searchGame(
      {
        command: 'search',
        callId: 'x',
        parcelFile,
        assets: [],
        wallMs: WALL_MS,
        lives: LIVES.game,
        tapes: null,
        owner: [],
      },
      { onAlive: () => undefined, enoughMs: Infinity },
      new AbortController().signal,
    );
    const changes: Record<string, Change> = {};
    for (const each of casesOf(game))
      if (['break', 'cosmetic', 'double'].includes(each.kind))
        changes[each.id] = await changeOf(folder, each, set);
    return { facts: set.tapes.map(({ facts }) => facts), answers: set.answers, changes };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function changeOf(folder: string, { html }: Case, set: TapeSet): Promise<Change> {
  const parcelFile = await writeParcel(folder, { 'index.html': html });
  const seed = seedOf(await gameTreeIn(parcelFile));
  const pages = new Pages({ parcelFile, assets: [], onAlive: () => undefined });
  try {
    const on = { parcelFile, seed, lives: LIVES.change };
    const lives = await Promise.all(LANES.map((lane) => livesIn(pages, lane, on)));
    const { seed: askedSeed = seed, begin = [] } = set.asked ?? {};
    return {
      facts: await seenAgain(pages, parcelFile, set.tapes),
      answers: await answersIn(pages, { parcelFile, seed: askedSeed }, begin),
      lives: lives.flat().map(({ facts }) => facts),
    };
  } finally {
    await pages.close();
  }
}

/** The same receipts by less: some tapes, no lives, and short names of moments. */
export function smaller({ facts, answers: asked, changes }: Pairs): Pairs {
  const names = new Map<number, number>();
  const short = (name: number): number => {
    if (!names.has(name)) names.set(name, names.size);
    return names.get(name) ?? 0;
  };
  const some = (all: readonly TapeFacts[]): TapeFacts[] =>
    all.slice(0, KEPT_TAPES).map((each) => ({ ...each, names: each.names.map(short) }));
  const entries = Object.entries(changes).map(([id, change]): [string, Change] => [
    id,
    { ...change, facts: some(change.facts), lives: [] },
  ]);
  return { facts: some(facts), answers: asked, changes: Object.fromEntries(entries) };
}
