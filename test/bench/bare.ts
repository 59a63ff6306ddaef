import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Line } from './load.js';
import { inParallel } from './measurement.js';
import { Player } from './player.js';
import { Poster } from './poster.js';

const PROGRAM = fileURLToPath(new URL('bare-server.ts', import.meta.url));

/** Runs `use` with lines through a server that has nothing of ours: what this machine and its driver cost by themselves. */
export async function withBareLines<T>(count: number, use: (lines: Line[]) => Promise<T>): Promise<T> {
  const server = fork(PROGRAM, { execArgv: ['--import', import.meta.resolve('tsx')] });
  try {
    const port = await portOf(server);
    const lines = await inParallel(count, 5, async (): Promise<Line> => {
      const id = randomUUID();
      return { poster: new Poster(String(port), id, 'bare'), player: await Player.open(`ws://127.0.0.1:${port}/${id}`) };
    });
    try {
      return await use(lines);
    } finally {
      for (const { player } of lines) player.close();
    }
  } finally {
    server.disconnect();
  }
}

async function portOf(server: ChildProcess): Promise<number> {
  const ended = once(server, 'exit').then(() => { throw new Error('the bare server ended'); });
  const [port] = await Promise.race([once(server, 'message') as Promise<[number]>, ended]);
  ended.catch(() => undefined);
  return port;
}
