import { randomUUID } from 'node:crypto';
import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderWorkflowId } from '../../../src/contracts/base/ids.js';
import { createLog } from '../../../src/telemetry/log.js';
import { createStore, type Store } from '../../../src/store/index.js';
import '../../support/files-as-the-stack.js';
import { patient } from '../../support/patience.js';
import { startStack, type Stack } from '../../support/stack.js';
import { createUser, type TestUser } from '../../support/users.js';
import { publishVersion } from '../../support/versions.js';

/** Long enough for an honest game beside two browsers that never rest. */
const RECORD_LIMIT_MS = 30_000;
/** What a browser that never rests may take to start and to be ended. */
const GRACE_MS = patient(45_000);
const GENEROUS_MS = patient(600_000);
const SLOTS = 2;
const VIDEOS_OF_EACH = 5;

const page = (script: string): string =>
  '<!DOCTYPE html><html><body><canvas></canvas><script>' +
  'const c = document.querySelector("canvas").getContext("2d");' +
  'requestAnimationFrame(function draw(t) { c.fillRect(t % 99, 0, 9, 9); ' +
  `requestAnimationFrame(draw); });${script}</script></body></html>`;
const HONEST = page('');
const STANDS_STILL = page('setTimeout(() => { for (;;); }, 300);');
/** Seconds for each image: never still, it is at work until its time is over. */
const IS_SLOW = page('setInterval(() => { for (let n = 0; n < 1e9; n += 1) Math.random(); }, 33);');

let stack: Stack;
let store: Store;
let connection: Connection;
beforeAll(async () => {
  stack = await startStack({
    env: {
      VIDEO_SECONDS: '1',
      VIDEO_SCALE: '0.25',
      RECORD_LIMIT_MS: String(RECORD_LIMIT_MS),
      // What still holds a slot at the end is cut.
      SHUTDOWN_GRACE_MS: '1000',
    },
    modalEmulator: false,
  });
  const { SUPABASE_URL = '', SUPABASE_ANON_KEY = '', SUPABASE_SERVICE_ROLE_KEY = '' } = stack.env;
  store = createStore(
    { SUPABASE_URL, SUPABASE_ANON_KEY, SUPABASE_SERVICE_ROLE_KEY },
    createLog('test'),
  );
  connection = await Connection.connect({ address: stack.env['TEMPORAL_ADDRESS'] ?? '' });
}, GENEROUS_MS);
afterAll(async () => {
  await connection?.close();
  await stack?.stop();
}, GENEROUS_MS);

/** A video that was asked for. */
interface Video {
  readonly user: TestUser;
  readonly workflowId: string;
  /** Status of the answer; 0 when nobody has waited for it. */
  readonly answer: Promise<number>;
}

async function askForVideo(user: TestUser, game: string): Promise<Video> {
  const { id } = await store.projects.create(user.id, 'x');
  const revision = await publishVersion({ store }, stack.dataDir, user, id, { 'index.html': game });
  const answer = fetch(`${stack.baseUrl}/api/projects/${id}/generate-movie`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${user.accessToken}`,
    },
    body: JSON.stringify({ actionId: randomUUID() }),
  }).then(
    ({ status }) => status,
    () => 0,
  );
  return { user, workflowId: renderWorkflowId(id, revision), answer };
}

/** One wait for a slot, and what came of it; server's time, ms. Infinity = not yet. */
interface Turn {
  readonly user: TestUser;
  readonly askedMs: number;
  readonly startedMs: number;
  readonly endedMs: number;
}

interface ServerTime {
  seconds?: unknown;
  nanos?: number | null;
}
const msOf = (time: ServerTime | null | undefined): number =>
  time ? Number(time.seconds ?? 0) * 1_000 + (time.nanos ?? 0) / 1e6 : Infinity;

/** All turns of a video so far, in order. */
async function turnsOf({ user, workflowId }: Video): Promise<Turn[]> {
  const handle = new Client({ connection }).workflow.getHandle(workflowId);
  // What the description calls open may have ended in the history that is read after it.
  const described = await handle.describe().catch((error: unknown) => {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  });
  if (described === null) return [];
  const open = described.raw.pendingActivities ?? [];
  const events = (await handle.fetchHistory()).events ?? [];
  return events.flatMap((event): Turn[] => {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled?.activityType?.name !== 'renderVideo') return [];
    const isOfIt = (id: unknown): boolean => String(id) === String(event.eventId);
    const started = events.find(({ activityTaskStartedEventAttributes: start }) =>
      isOfIt(start?.scheduledEventId),
    );
    const ended = events.find((end) =>
      [
        end.activityTaskCompletedEventAttributes,
        end.activityTaskFailedEventAttributes,
        end.activityTaskCanceledEventAttributes,
        end.activityTaskTimedOutEventAttributes,
      ].some((attributes) => isOfIt(attributes?.scheduledEventId)),
    );
    const running = open.find(({ activityId }) => activityId === scheduled.activityId);
    return [
      {
        user,
        askedMs: msOf(event.eventTime),
        startedMs: msOf(started ? started.eventTime : running?.lastStartedTime),
        endedMs: msOf(ended?.eventTime),
      },
    ];
  });
}
const allTurns = async (videos: readonly Video[]): Promise<Turn[]> =>
  (await Promise.all(videos.map(turnsOf))).flat();

const isHeld = ({ startedMs, endedMs }: Turn): boolean =>
  startedMs < Infinity && endedMs === Infinity;

/** Turns of one user that are known to have been at the same time. */
function overlaps(turns: readonly Turn[]): [Turn, Turn][] {
  return turns.flatMap((one) =>
    turns
      .filter(
        (other) =>
          other !== one &&
          other.user === one.user &&
          one.endedMs < Infinity &&
          other.startedMs >= one.startedMs &&
          other.startedMs < one.endedMs,
      )
      .map((other): [Turn, Turn] => [one, other]),
  );
}

describe('beside ten hostile videos of two users', () => {
  it(
    'an honest one is the next to start, and is made; none holds a slot beyond its time',
    async () => {
      const [still, slow, honest] = [
        await createUser(stack.env, 'still'),
        await createUser(stack.env, 'slow'),
        await createUser(stack.env, 'honest'),
      ];
      const hostile: Video[] = [];
      for (let turn = 0; turn < VIDEOS_OF_EACH; turn += 1)
        hostile.push(await askForVideo(still, STANDS_STILL), await askForVideo(slow, IS_SLOW));
      await expect
        .poll(async () => (await allTurns(hostile)).filter(isHeld).length, {
          timeout: patient(120_000),
          interval: 250,
        })
        .toBe(SLOTS);

      const video = await askForVideo(honest, HONEST);
      expect(await video.answer).toBe(200);

      const [first] = await turnsOf(video);
      if (!first) throw new Error('the honest video had no turn');
      const isOvertaking = ({ startedMs }: Turn): boolean =>
        startedMs > first.askedMs && startedMs < first.startedMs;
      expect((await allTurns(hostile)).filter(isOvertaking)).toEqual([]);

      // Whoever had a slot when the honest one was asked for gives it up.
      const isFirst = ({ startedMs }: Turn): boolean => startedMs < first.askedMs;
      await expect
        .poll(async () => (await allTurns(hostile)).filter(isFirst).filter(isHeld), {
          timeout: patient(RECORD_LIMIT_MS) + GRACE_MS,
          interval: 500,
        })
        .toEqual([]);
      expect(overlaps(await allTurns(hostile))).toEqual([]);
    },
    GENEROUS_MS,
  );
});
