import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CLIENT_FRAMES } from '../../../src/contracts/wire/client-frames.js';
import { HTTP_ROUTES } from '../../../src/contracts/http-routes/index.js';
import type { HttpRoute } from '../../../src/contracts/http-routes/route.js';
import { Listener } from '../../support/listener.js';
import { bearer, type Target } from '../target.js';
import { inTurns, type Tally, type Wall } from '../wall.js';

/** These answer anybody alike: what counts is that nothing of the victim is in it. */
const OPEN_GUARDS = ['none', 'visitor', 'assetReader', 'user', 'member'];
/** Nothing of these is for guests, whomever it is about. */
const MEMBER_GUARDS = ['member', 'projectMember'];
const FRAME_WAIT_MS = 400;

export const foreignIds: Wall = {
  name: 'ids of another user, on every route and in every frame',
  async attack(target, tally) {
    await inTurns(HTTP_ROUTES, (route) => attackRoute(target, tally, route));
    await attackFrames(target, tally);
    await tally.try("the victim's project afterwards", async () =>
      (await target.damage()) === null ? true : String(await target.damage()),
    );
  },
};

async function attackRoute(target: Target, tally: Tally, route: HttpRoute): Promise<void> {
  const { victim, attacker, guest, projectId, jobId } = target;
  const isOpen = OPEN_GUARDS.includes(route.guard);
  const ids = route.path.includes('jobId') ? [jobId, `${jobId}.1`] : [projectId, jobId, victim.id];
  const method = route.method.toUpperCase();
  for (const id of ids)
    for (const as of [attacker, guest, null]) {
      const path = route.path
        .replaceAll(/:(projectId|id|actionId|jobId|gameId)/g, id)
        .replace(':userId', victim.id)
        .replace(':revision', 'a'.repeat(40))
        .replace(/\{?\*path\}?/, 'index.html')
        .replaceAll(/:\w+/g, 'x');
      const who = as === guest ? 'a guest' : as ? 'another' : 'nobody';
      await tally.try(`${method} ${path} as ${who}`, async () => {
        const { status, text } = await target.ask(path, {
          method,
          headers: { 'content-type': 'application/json', ...(as ? bearer(as.accessToken) : {}) },
          ...(/^P/.test(method) ? { body: bodyFor(projectId) } : {}),
        });
        if (target.leakIn(text)) return `${status} with the victim's data`;
        if (status >= 500 && status !== 503) return `${status} ${text}`;
        if (as === guest && MEMBER_GUARDS.includes(route.guard) && status !== 403)
          return `${status} ${text}`;
        return isOpen || status >= 300 ? true : `${status} ${text}`;
      });
    }
}

const bodyFor = (projectId: string): string =>
  JSON.stringify({ projectId, title: 'taken', name: 'taken', prompt: 'x', actionId: randomUUID() });

async function attackFrames(target: Target, tally: Tally): Promise<void> {
  const { stack, attacker, projectId, jobId } = target;
  const foreign = {
    projectId,
    jobId,
    id: projectId,
    name: 'taken',
    content: '消して',
    versionId: 'HEAD',
    hash: 'HEAD',
    since: { jobId, attempt: 0, seq: 0 },
  };
  for (const type of Object.keys(CLIENT_FRAMES).filter((each) => each !== 'init')) {
    const listener = new Listener(stack.baseUrl, attacker.accessToken);
    await listener.open();
    // First without a project of its own, then on one: a foreign id wins nothing either way.
    for (const place of ['on no project', 'on its own project']) {
      if (place === 'on its own project') await listener.createProject();
      await tally.try(`frame ${type} ${place}`, async () => {
        const from = listener.frames.length;
        listener.send({ ...foreign, type });
        await sleep(FRAME_WAIT_MS);
        const leak = target.leakIn(JSON.stringify(listener.frames.slice(from)));
        return leak === null ? true : 'the victim’s data came back';
      });
    }
    listener.close();
  }
}
