import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Line } from './load.js';
import { inParallel } from './measurement.js';
import { Player } from './player.js';
import { CallbackSender } from './callback-sender.js';

const PROGRAM = fileURLToPath(new URL('bare-server.ts', import.meta.url));

/**
 * Runs `use` with a server that has nothing of ours: what this machine and its driver cost by
 * themselves.
 */
export async function withBareServer<T>(use: (baseUrl: string) => Promise<T>): Promise<T> {
  const server = fork(PROGRAM, { execArgv: ['--import', import.meta.resolve('tsx')] });
  try {
    return await use(`http://127.0.0.1:${await portOf(server)}`);
  } finally {
    server.disconnect();
  }
}

/** The same with lines through it. */
export function withBareLines<T>(count: number, use: (lines: Line[]) => Promise<T>): Promise<T> {
  return withBareServer(async (baseUrl) => {
    const { host, port } = new URL(baseUrl);
    const lines = await inParallel(count, 5, async (): Promise<Line> => {
      const id = randomUUID();
      return {
        sender: new CallbackSender(port, id, 'bare'),
        player: await Player.open(`ws://${host}/${id}`),
      };
    });
    try {
      return await use(lines);
    } finally {
      for (const { player } of lines) player.close();
    }
  });
}

async function portOf(server: ChildProcess): Promise<number> {
  const ended = once(server, 'exit').then(() => {
    throw new Error('the bare server ended');
  });
  const [port] = await Promise.race([once(server, 'message') as Promise<[number]>, ended]);
  ended.catch(() => undefined);
  return port;
}
