import { createStore } from '../../src/store/index.js';
import { log } from '../../test/support/database.js';
import { newPlayer, say as ask } from '../../test/support/player.js';
import { startStack, type Stack } from '../../test/support/stack.js';
import { environmentOf } from '../../test/support/workers.js';
import { say, start, stop, until, type Started } from './programs.js';

/** An image as it lies here: its folder, and the command that it starts with. */
export interface PlacedImage {
  readonly folder: string;
  readonly command: readonly string[];
}

/**
 * Puts the programs of both images in the place of a stack's own, with a data folder of theirs;
 * somebody asks for a game there, it is made, played in a browser and kept. Throws what they said
 * when it is not.
 */
export async function makeGame(
  images: Readonly<Record<'api' | 'worker', PlacedImage>>,
  dataDir: string,
): Promise<void> {
  const parts = ['api', 'worker'] as const;
  const stack = await startStack({ leaveDown: parts, env: { PLAY_GAMES: 'true' } });
  const started: Started[] = [];
  try {
    for (const part of parts) {
      const env = await environmentOf(await stack.pidOf(part));
      await stack.kill(part, 'SIGTERM');
      const { folder, command } = images[part];
      started.push(start(folder, command, { ...env, DATA_DIR: dataDir }));
    }
    const [api, worker] = started as [Started, Started];
    await until('the API takes jobs', api, async () => {
      const answer = await fetch(`${stack.baseUrl}/api/ready`).catch(() => null);
      return answer?.ok === true;
    });
    await until('the worker is ready', worker, () => /worker ready/.test(worker.output()));
    await tryJob(stack).catch((error: unknown) => {
      throw new Error(started.map((part) => part.output()).join('\n'), { cause: error });
    });
  } finally {
    await Promise.all(started.map(stop));
    await stack.stop();
  }
}

async function tryJob(stack: Stack): Promise<void> {
  const player = await newPlayer(stack);
  try {
    const jobId = await ask(player);
    const end = await player.listener.untilEnd();
    if (end.type !== 'completed') throw new Error(JSON.stringify(end));
    const { SUPABASE_URL = '', SUPABASE_ANON_KEY = '', SUPABASE_SERVICE_ROLE_KEY = '' } = stack.env;
    const keys = { SUPABASE_URL, SUPABASE_ANON_KEY, SUPABASE_SERVICE_ROLE_KEY };
    const verdict = (await createStore(keys, log).revisions.ofJob(jobId))?.play?.verdict;
    if (verdict !== 'plays') throw new Error(`its version has been found ${verdict}`);
    say('  a game was asked for, made, played and kept: ok');
  } finally {
    player.listener.close();
  }
}
