import { setTimeout as sleep } from 'node:timers/promises';
import type { Player } from './player.js';
import type { CallbackSender } from './callback-sender.js';

const CHUNK = '<canvas id="game"></canvas> ';
const MOST_PER_POST = 256;

/** From the posts of a job to a socket that hears it. */
export interface Line {
  readonly sender: CallbackSender;
  readonly player: Player;
}

/**
 * Each line posts `rate` chunks a second, one post at a time as a runner does; answers how long
 * each took to its socket, ms.
 */
export async function load(
  lines: readonly Line[],
  rate: number,
  seconds: number,
): Promise<number[]> {
  const latenciesMs = await Promise.all(
    lines.map((line, index) =>
      loadOne(line, {
        rate,
        chunks: rate * seconds,
        delayMs: (index / lines.length) * (1_000 / rate),
      }),
    ),
  );
  return latenciesMs.flat();
}

async function loadOne(
  { sender, player }: Line,
  { rate, chunks, delayMs }: { rate: number; chunks: number; delayMs: number },
): Promise<number[]> {
  const first = sender.seq + 1;
  const latenciesMs: number[] = [];
  const dueMs: number[] = [];
  const allHeard = new Promise<void>((resolve) => {
    player.onFrame = ({ type, seq, atMs }) => {
      if (type !== 'stream') return;
      latenciesMs.push(atMs - (dueMs[Number(seq) - first] ?? NaN));
      if (Number(seq) === first + chunks - 1) resolve();
    };
  });
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
  player.onFrame = null;
  player.frames = [];
  return latenciesMs;
}
