import { setTimeout as sleep } from 'node:timers/promises';
import type { Player } from './player.js';
import type { CallbackSender } from './callback-sender.js';

const CHUNK = '<canvas id="game"></canvas> ';
const MOST_PER_POST = 256;

/** From the posts of a job to a socket that hears it, and to sockets elsewhere. */
export interface Line {
  readonly sender: CallbackSender;
  readonly player: Player;
  readonly others?: readonly Player[];
}

/**
 * Each line posts `rate` chunks a second, one post at a time as a runner does; answers how long
 * each took to its socket, ms, and puts what each took to each other socket into `othersMs`.
 */
export async function load(
  lines: readonly Line[],
  rate: number,
  seconds: number,
  othersMs: number[] = [],
): Promise<number[]> {
  const latenciesMs = await Promise.all(
    lines.map((line, index) =>
      loadOne(line, {
        rate,
        chunks: rate * seconds,
        delayMs: (index / lines.length) * (1_000 / rate),
        othersMs,
      }),
    ),
  );
  return latenciesMs.flat();
}

interface Pace {
  readonly rate: number;
  readonly chunks: number;
  readonly delayMs: number;
}

async function loadOne(
  { sender, player, others = [] }: Line,
  { rate, chunks, delayMs, othersMs }: Pace & { othersMs: number[] },
): Promise<number[]> {
  const first = sender.seq + 1;
  const latenciesMs: number[] = [];
  const dueMs: number[] = [];
  const hear = (hearer: Player, valuesMs: number[]) =>
    new Promise<void>((resolve) => {
      hearer.onFrame = ({ type, seq, atMs }) => {
        const dueAtMs = dueMs[Number(seq) - first];
        if (type !== 'stream' || dueAtMs === undefined) return;
        valuesMs.push(atMs - dueAtMs);
        if (Number(seq) === first + chunks - 1) resolve();
      };
    });
  const hearers = [player, ...others];
  const allHeard = Promise.all(
    hearers.map((hearer) => hear(hearer, hearer === player ? latenciesMs : othersMs)),
  );
  const startMs = performance.now() + delayMs;
  for (let sent = 0; sent < chunks;) {
    await sleep(Math.max(0, startMs + (sent * 1_000) / rate - performance.now()));
    // A post that came back late carries what has fallen due meanwhile, as a runner's does.
    const due = Math.min(
      chunks,
      MOST_PER_POST + sent,
      Math.max(sent + 1, Math.floor(((performance.now() - startMs) * rate) / 1_000) + 1),
    );
    for (let index = sent; index < due; index += 1)
      dueMs.push(index === sent ? performance.now() : startMs + (index * 1_000) / rate);
    const events = Array.from({ length: due - sent }, () => ({
      type: 'stream' as const,
      content: CHUNK,
    }));
    sent = due;
    await sender.post(events);
  }
  await Promise.race([
    allHeard,
    sleep(20_000).then(() => {
      throw new Error('frames are missing');
    }),
  ]);
  for (const hearer of hearers) {
    hearer.onFrame = null;
    hearer.frames = [];
  }
  return latenciesMs;
}
