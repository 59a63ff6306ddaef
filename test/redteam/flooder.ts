import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import { z } from 'zod';

/**
 * A flood in a process of its own, so that what the API answers others meanwhile is not measured
 * by the attacker's event loop. Its plan is JSON in the first argument; it ends by itself.
 */
const Plan = z.object({
  kind: z.enum(['large frames', 'frames of the size allowed', 'frames before sign-in', 'rows']),
  baseUrl: z.string(),
  apikey: z.string(),
  userId: z.string(),
  token: z.string(),
  projectId: z.string(),
  durationMs: z.number(),
});
type Plan = z.infer<typeof Plan>;

const SOCKETS = 50;
const WRITERS = 8;
/** Sockets wait for their buffer: the flood is what the network takes, not our memory. */
const BUFFERED_BYTES = 2_000_000;

const plan = Plan.parse(JSON.parse(process.argv[2] ?? 'null'));
const endsMs = performance.now() + plan.durationMs;
const goesOn = (): boolean => performance.now() < endsMs;
const wide = (sizeBytes: number): string =>
  `{"type":"ping","x":[${Array.from({ length: sizeBytes / 3 - 10 }, () => '{}').join(',')}]}`;

/** Opens, signs in where the plan says so, sends until it is closed, and comes again. */
async function floodSocket(frame: string, isSignedIn: boolean): Promise<void> {
  while (goesOn()) {
    const socket = new WebSocket(plan.baseUrl.replace(/^http/, 'ws'));
    socket.on('error', () => undefined);
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once('open', () => resolve(true)).once('close', () => resolve(false));
    });
    if (isOpen && isSignedIn) {
      socket.send(JSON.stringify({ type: 'init', access_token: plan.token }));
      await new Promise((resolve) => socket.once('message', resolve).once('close', resolve));
    }
    while (goesOn() && socket.readyState === WebSocket.OPEN) {
      if (socket.bufferedAmount < BUFFERED_BYTES) socket.send(frame);
      await sleep(1);
    }
    socket.terminate();
    await sleep(20);
  }
}

const line = (message: string): object => ({ project_id: plan.projectId, role: 'user', message });
/** Text that PostgreSQL cannot compress. */
const noise = (length: number): string => {
  let text = '';
  while (text.length < length) text += Math.random().toString(36).slice(2);
  return text.slice(0, length);
};
const lines = (count: number, length: number): object[] =>
  Array.from({ length: count }, () => line(noise(length)));

/** Bodies of rows: as many as a request takes, too many, and some whose last one is refused. */
const BODIES: readonly (() => object[])[] = [
  () => lines(100, 2_000),
  () => lines(5_000, 300),
  () => [...lines(12, 20_000), line('x'.repeat(20_001))],
  () => [...lines(99, 2_400), { ...line('x'), role: 'nobody' }],
];

async function floodRows(): Promise<void> {
  const bodies = BODIES.map((make) => JSON.stringify(make()));
  const send = (path: string, method: string, body: string): Promise<unknown> =>
    fetch(`${plan.baseUrl}/rest/v1/${path}`, {
      method,
      headers: {
        apikey: plan.apikey,
        authorization: `Bearer ${plan.token}`,
        'content-type': 'application/json',
      },
      body,
    })
      .then((answer) => answer.arrayBuffer())
      .catch(() => undefined);
  for (let at = 0; goesOn(); at += 1) {
    await send('chat_history', 'POST', bodies[at % bodies.length] ?? '');
    const name = JSON.stringify({ name: noise(1_000), storage_path: noise(10_000) });
    await send(`projects?user_id=eq.${plan.userId}`, 'PATCH', name);
  }
}

const flood: Readonly<Record<Plan['kind'], () => Promise<void>>> = {
  'large frames': () => floodSocket(wide(990_000), true),
  'frames of the size allowed': () => floodSocket(wide(60_000), true),
  'frames before sign-in': () => floodSocket(wide(16_000), false),
  rows: floodRows,
};
const count = plan.kind === 'rows' ? WRITERS : SOCKETS;
await Promise.all(Array.from({ length: count }, flood[plan.kind]));
