import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { randomUUID } from 'node:crypto';
import { HTTP_ROUTES } from '../../../src/contracts/http-routes/index.js';
import { bodyLimitOf, type HttpRoute } from '../../../src/contracts/http-routes/route.js';
import { residentMib } from '../../support/bystander.js';
import { Listener } from '../../support/listener.js';
import { patient } from '../../support/patience.js';
import { bearer, type Target } from '../target.js';
import { inTurns, type Wall } from '../wall.js';

const HEALTH_MS = 200;
const MEMORY_MIB = 100;
const SAMPLES = 200;
const WARM_UP = 1_000;
const PAUSE_MS = 10;
/** What a compressed body becomes: 48 MB of it stopped the API for a minute. */
const INFLATED_BYTES = 48_000_000;

/** Bodies of about this size, each hard for a parser in its own way. */
const SHAPES = {
  wide: (bytes: number) => `[${'{},'.repeat((bytes - 4) / 3)}{}]`,
  deep: (bytes: number) => '['.repeat(bytes),
  long: (bytes: number) => `{"x":"${'x'.repeat(bytes)}"}`,
} as const;
type Shape = keyof typeof SHAPES;
const GZIP = Object.fromEntries(
  Object.entries(SHAPES).map(([shape, of]) => [shape, gzipSync(of(INFLATED_BYTES))]),
) as Record<Shape, Buffer>;

const plain = new Map<string, Buffer>();
/** Made once: what measures must not be held up by what is measured. */
function plainOf(shape: Shape, bytes: number): Buffer {
  const key = `${shape} ${bytes}`;
  const made = plain.get(key) ?? Buffer.from(SHAPES[shape](bytes));
  plain.set(key, made);
  return made;
}

interface Place {
  readonly name: string;
  readonly path: string;
  readonly method: string;
  /** Of the largest body that is read. */
  readonly limitBytes: number;
}

/** Bodies that cost those who read them far more than those who send them. */
export const bombs: Wall = {
  name: 'bodies that burst: wide, deep, long, compressed, on every route',
  async attack(target, tally, isSmall) {
    const places = await placesOf(target, isSmall);
    const pid = await target.stack.pidOf('api');
    await warmUp(target);
    const idle = await measured(target, pid, () => sleep(SAMPLES * PAUSE_MS * 2));
    const shapes = (Object.keys(SHAPES) as Shape[]).flatMap((shape) =>
      ['plain', 'gzip'].map((form) => ({ shape, isGzip: form === 'gzip', form })),
    );
    const all = places.flatMap((place) =>
      shapes.flatMap((bomb) => [false, true].map((isUser) => ({ ...place, ...bomb, isUser }))),
    );
    const attacked = await measured(target, pid, () =>
      inTurns(all, (each) =>
        tally.try(
          `${each.name}: ${each.shape}, ${each.form}, ${each.isUser ? 'signed in' : 'anonymous'}`,
          async () => {
            const { status } = await send(target, each);
            // Where a body is read a bomb is refused; elsewhere it changes nothing.
            const isRefused = (status >= 400 && status < 500) || status === 501;
            return isRefused || each.limitBytes === 0 ? true : `answered ${status}`;
          },
        ),
      ),
    );
    await tally.try('/api/health is answered all the while', async () => {
      const more = attacked.p99Ms - idle.p99Ms;
      return more <= patient(HEALTH_MS) ? true : `p99 ${more} ms above ${idle.p99Ms} ms`;
    });
    await tally.try('the API keeps nothing of it', async () => {
      const more = attacked.peakMib - idle.peakMib;
      return more <= MEMORY_MIB ? true : `${more} MiB above ${idle.peakMib} MiB`;
    });
    process.stdout.write(`bombs: ${all.length}, ${JSON.stringify({ idle, attacked })}\n`);
  },
};

/** A process that has served as many requests as will come takes what it needs for that. */
async function warmUp(target: Target): Promise<void> {
  const headers = bearer(target.attacker.accessToken);
  const requests = Array.from({ length: WARM_UP }, () => '/api/projects');
  await inTurns(requests, async (path) => void (await target.ask(path, { headers })));
}

/** p99 of `/api/health` and the most memory of the API while `work` goes on. */
async function measured(
  target: Target,
  pid: number,
  work: () => Promise<unknown>,
): Promise<{ p99Ms: number; peakMib: number; samples: number }> {
  const taken: number[] = [];
  let [peakMib, isOver] = [0, false];
  const sampling = (async () => {
    while (!isOver || taken.length < SAMPLES) {
      const startedMs = performance.now();
      await target.ask('/api/health');
      taken.push(performance.now() - startedMs);
      peakMib = Math.max(peakMib, await residentMib(pid));
      await sleep(PAUSE_MS);
    }
  })();
  await work();
  isOver = true;
  await sampling;
  const sorted = taken.sort((a, b) => a - b);
  const p99Ms = sorted[Math.floor(sorted.length * 0.99)] ?? 0;
  return { p99Ms: Math.round(p99Ms), peakMib: Math.round(peakMib), samples: taken.length };
}

/** Every route, with a project of the attacker's own where it has one; and Supabase's. */
async function placesOf({ stack, attacker, jobId }: Target, isSmall: boolean): Promise<Place[]> {
  const listener = new Listener(stack.baseUrl, attacker.accessToken);
  await listener.open();
  const projectId = await listener.createProject();
  listener.close();
  const placeOf = (route: HttpRoute): Place => {
    const path = route.path
      .replaceAll(/\{\*\w+\}/g, 'index.html')
      .replace(':projectId', projectId)
      .replace(':jobId', jobId)
      .replaceAll(/:\w+/g, randomUUID());
    const method = route.method.toUpperCase();
    return { name: `${method} ${route.path}`, path, method, limitBytes: bodyLimitOf(route) };
  };
  const supabase = [
    ['POST', '/rest/v1/projects', 1_000_000],
    ['POST', '/rest/v1/rpc/list_projects', 1_000_000],
    ['POST', '/auth/v1/token?grant_type=password', 60_000],
    ['PUT', '/auth/v1/user', 60_000],
  ] as const;
  const routes = isSmall ? HTTP_ROUTES.filter((route) => route.tag === 'images') : HTTP_ROUTES;
  return [
    ...routes.map(placeOf),
    ...supabase.map(([method, path, limitBytes]) => ({ name: path, path, method, limitBytes })),
  ];
}

/** A plain bomb is as large as is read, but for a long one: that is larger, and does not say so. */
function send(
  target: Target,
  {
    path,
    method,
    limitBytes,
    shape,
    isGzip,
    isUser,
  }: Place & { shape: Shape; isGzip: boolean; isUser: boolean },
): Promise<{ status: number }> {
  const limit = limitBytes === 0 ? 100_000 : limitBytes;
  const body = isGzip ? GZIP[shape] : plainOf(shape, shape === 'long' ? limit : limit - 8);
  const now = String(Math.floor(Date.now() / 1_000));
  return target.ask(path, {
    method,
    body,
    headers: {
      'content-type': 'application/json',
      apikey: target.stack.env['SUPABASE_ANON_KEY'] ?? '',
      // Well formed: a runner before signed the body, which has to be read to find that it did not.
      'x-stream-timestamp': now,
      'x-stream-signature': `v1=${'0'.repeat(64)}`,
      'x-stream-call': `${target.jobId}.1`,
      ...(isGzip ? { 'content-encoding': 'gzip' } : {}),
      ...(isUser ? bearer(target.attacker.accessToken) : {}),
      ...(shape === 'long'
        ? { 'transfer-encoding': 'chunked' }
        : { 'content-length': String(body.length) }),
    },
  });
}
