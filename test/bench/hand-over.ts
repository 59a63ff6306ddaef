import path from 'node:path';
import { program } from 'commander';
import type { startDemoServer } from '../../dev/demo-model/server.js';
import { withTemporalOf } from '../support/builds.js';
import { checkOut, RELEASE } from '../support/release.js';
import { startStack, type Stack } from '../support/stack.js';
import { openSession, REQUEST } from './player.js';
import { median, readable } from './statistics.js';
import { timelineOf, type Timeline } from './steps.js';

/**
 * `node --import tsx test/bench/hand-over.ts [--games=5] [--release=<commit>]`: from the end of the
 * run that wrote a game to the end of its job, of a release and of the last commit, both up on the
 * same machine and asked in turn. Each has a demo model of its own commit, whose judge takes 1 s.
 */
program
  .option('--games <count>', 'of each kind', Number, 5)
  .option('--release <commit>', 'what the last commit is held against', RELEASE)
  .parse();
const { games, release } = program.opts<{ games: number; release: string }>();
const SMALL_ANSWER_MS = 1_000;
const KINDS = [
  { kind: '2D', request: REQUEST, atMostS: 4 },
  { kind: '3D', request: REQUEST.replace('2D', '3D'), atMostS: 6 },
];

interface Side {
  readonly stack: Stack;
  /** Seconds from candidate to hand-over, by the kind of game. */
  readonly seconds: Map<string, number[]>;
  readonly stop: () => Promise<void>;
}
interface DemoServer {
  readonly startDemoServer: typeof startDemoServer;
}

async function start(commit: string): Promise<Side> {
  const { folder, remove } = await checkOut(commit);
  const own = (await import(path.join(folder, 'dev/demo-model/server.ts'))) as DemoServer;
  const demo = await own.startDemoServer({ answerMs: SMALL_ANSWER_MS });
  const env = {
    PLAY_GAMES: 'true',
    ANTHROPIC_API_KEY: 'a-key-for-benches',
    ANTHROPIC_BASE_URL: demo.url,
    LOG_LEVEL: 'warn',
    // The release keeps versions with git.
    PATH: process.env['PATH'] ?? '',
  };
  const stack = await startStack({ runScript: path.join(folder, 'bin/run.js'), env });
  const stop = async (): Promise<void> => {
    await stack.stop();
    await demo.close();
    await remove();
  };
  return { stack, seconds: new Map(), stop };
}

async function measure({ stack, seconds }: Side, kind: string, request: string): Promise<void> {
  const session = await openSession({ stack, quick: false });
  const timeline = await withTemporalOf(stack, (client) => timelineOf(client, session, request));
  session.player.close();
  seconds.set(kind, [...(seconds.get(kind) ?? []), handOverMs(timeline) / 1_000]);
}

/** A game that was written again has its first candidate's time too. */
function handOverMs({ steps }: Timeline): number {
  const candidate = steps.find(({ name }) => name === 'runAgent');
  const ends = steps.map(({ endMs }) => endMs);
  if (!candidate) throw new Error('the job has no run');
  return Math.max(...ends) - candidate.endMs;
}

const sides = [await start(release), await start('HEAD')] as const;
try {
  for (let round = 0; round < games; round += 1)
    for (const { kind, request } of KINDS)
      for (const side of round % 2 === 0 ? sides : sides.toReversed())
        await measure(side, kind, request);
  const lines = KINDS.map(({ kind, atMostS }) => {
    const [was, is] = sides.map(({ seconds }) => median(seconds.get(kind) ?? [])) as [
      number,
      number,
    ];
    const more = readable(is - was);
    return `| ${kind} | ${readable(was)} s | ${readable(is)} s | ${more} s | ≤ ${atMostS} s |`;
  });
  const head = `| candidate → hand-over, p50 of ${games} | ${release} | now | more | asked |`;
  process.stdout.write([head, '| --- | --- | --- | --- | --- |', ...lines, ''].join('\n'));
} finally {
  for (const { stop } of sides) await stop();
}
