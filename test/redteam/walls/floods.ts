import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { PROJECT_ROOT } from '../../../src/config.js';
import { residentMib } from '../../support/bystander.js';
import { runSql } from '../../support/database.js';
import { Listener } from '../../support/listener.js';
import { patient } from '../../support/patience.js';
import { SHIPPED_LIMITS, startStack, type Stack } from '../../support/stack.js';
import { createUser, type TestUser } from '../../support/users.js';
import type { Tally, Wall } from '../wall.js';

const run = promisify(execFile);

const KINDS = [
  'large frames',
  'frames of the size allowed',
  'frames before sign-in',
  'rows',
] as const;
/** A flood may cost others this much more than the machine needs without it (p99). */
const HEALTH_MS = patient(200);
const MEMORY_MIB = 100;
const DATABASE_MIB = 20;
const PAUSE_MS = 25;

/** Floods of one user, on a stack with the limits that ship. */
export const floods: Wall = {
  name: 'floods of frames and rows, a minute each, beside somebody who asks for health',
  async attack(_target, tally, isSmall) {
    const stack = await startStack({ env: SHIPPED_LIMITS });
    try {
      const honest = await createUser(stack.env, 'honest');
      // The first answers are slower than those of a running service.
      await healthP99(stack, 3_000);
      const flooders = await Promise.all(KINDS.map(() => newFlooder(stack)));
      for (const [at, kind] of KINDS.entries())
        await flood(stack, tally, { kind, ...flooders[at]!, durationMs: isSmall ? 5_000 : 60_000 });
      await tally.try('an honest user afterwards', () => work(stack, honest));
    } finally {
      await stack.stop();
    }
  },
};

async function flood(
  stack: Stack,
  tally: Tally,
  { kind, durationMs, user, projectId }: Flooder & { kind: string; durationMs: number },
): Promise<void> {
  const apiPid = await stack.pidOf('api');
  const idleMs = await healthP99(stack, Math.min(durationMs, 10_000));
  const [memoryMib, databaseMib] = [await residentMib(apiPid), await sizeMib(stack)];
  const flooding = startFlood({
    kind,
    durationMs,
    baseUrl: stack.baseUrl,
    apikey: stack.env['SUPABASE_ANON_KEY'] ?? '',
    userId: user.id,
    token: user.accessToken,
    projectId,
  });
  const memory = watchMemory(apiPid, durationMs);
  const floodedMs = await healthP99(stack, durationMs);
  await flooding;
  const [peakMib, grownMib] = [await memory, (await sizeMib(stack)) - databaseMib];
  process.stdout.write(
    `${kind}: health p99 ${idleMs.toFixed(0)} → ${floodedMs.toFixed(0)} ms, API ` +
      `${memoryMib.toFixed(0)} → ${peakMib.toFixed(0)} MiB, database +${grownMib.toFixed(1)} MiB\n`,
  );
  const within = (what: string, value: number, most: number): Promise<void> =>
    tally.try(`${kind}: ${what}`, async () => (value <= most ? true : value.toFixed(1)));
  await within('milliseconds of health above idle', floodedMs - idleMs, HEALTH_MS);
  await within('MiB of memory', peakMib - memoryMib, MEMORY_MIB);
  await within('MiB of database', grownMib, DATABASE_MIB);
}

const startFlood = (plan: object): Promise<unknown> =>
  run(
    process.execPath,
    ['--import', 'tsx', path.join(PROJECT_ROOT, 'test/redteam/flooder.ts'), JSON.stringify(plan)],
    { cwd: PROJECT_ROOT },
  );

/** 99 of 100 answers of `/api/health` came within that many milliseconds. */
async function healthP99({ baseUrl }: Stack, durationMs: number): Promise<number> {
  const tookMs: number[] = [];
  for (const endsMs = performance.now() + durationMs; performance.now() < endsMs;) {
    const askedMs = performance.now();
    await (await fetch(`${baseUrl}/api/health`)).arrayBuffer();
    tookMs.push(performance.now() - askedMs);
    await sleep(PAUSE_MS);
  }
  return tookMs.toSorted((one, other) => one - other)[Math.floor(tookMs.length * 0.99)] ?? 0;
}

async function watchMemory(pid: number, durationMs: number): Promise<number> {
  let peakMib = 0;
  for (const endsMs = performance.now() + durationMs; performance.now() < endsMs; await sleep(250))
    peakMib = Math.max(peakMib, await residentMib(pid));
  return peakMib;
}

/** The gateway alone is given the address of the database. */
async function sizeMib(stack: Stack): Promise<number> {
  const environ = await readFile(`/proc/${await stack.pidOf('supabase')}/environ`, 'utf8');
  const url = /(?:^|\0)DATABASE_URL=([^\0]+)/.exec(environ)?.[1] ?? '';
  const [row] = await runSql<{ bytes: string }>(
    url,
    'select sum(pg_database_size(oid)) as bytes from pg_database',
  );
  return Number(row?.bytes) / 1024 / 1024;
}

interface Flooder {
  readonly user: TestUser;
  readonly projectId: string;
}

/** Made before the floods: from their address no socket is opened for a minute afterwards. */
async function newFlooder(stack: Stack): Promise<Flooder> {
  const user = await createUser(stack.env, 'flooder');
  const listener = new Listener(stack.baseUrl, user.accessToken);
  await listener.open();
  const projectId = await listener.createProject();
  listener.close();
  return { user, projectId };
}

async function work(stack: Stack, user: TestUser): Promise<true | string> {
  const listener = new Listener(stack.baseUrl, user.accessToken);
  await listener.open();
  await listener.select(await listener.createProject());
  listener.say('2Dのキャッチゲームを作って');
  const { type } = await listener.untilEnd();
  listener.close();
  return type === 'completed' ? true : type;
}
