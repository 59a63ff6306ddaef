import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createLog } from '../../../src/telemetry/log.js';
import { createStore, type Store, type StoreConfig } from '../../../src/store/index.js';
import { readDeployment } from '../../../src/temporal/versions.js';
import {
  currentBuild,
  HARMLESS_CHANGE,
  makeOtherBuild,
  startWorkerOf,
  withTemporalOf,
  type OtherBuild,
} from '../../support/builds.js';
import { deployRoll, rollArgs, rollEnv } from '../../support/deploy-roll.js';
import { newPlayer, say } from '../../support/player.js';
import { patient } from '../../support/patience.js';
import { startStack, type Stack } from '../../support/stack.js';
import { createUser, type TestUser } from '../../support/users.js';

/** The code of the workflow fails on messages that hold this word. */
const BROKEN_WORD = 'こわれもの';
const WORK = 'const worked = await this.workOn(this.opened);';
const breaking = (when: string) => ({
  text: WORK,
  by: `if (${when}) throw new TypeError('broken');${WORK}`,
});

let stack: Stack;
let store: Store;
let house: TestUser;
let first: string;
const builds: OtherBuild[] = [];
const workers: { stop(): Promise<void> }[] = [];
beforeAll(async () => {
  stack = await startStack({
    env: { DEMO_SECONDS: '1', WATCH_INTERVAL_MS: '1000', BROKEN_RUN_MS: '15000' },
  });
  store = createStore(stack.env as unknown as StoreConfig, createLog('test'));
  house = await createUser(stack.env, 'house');
  first = (await currentBuild()).buildId;
});
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.stop();
});
afterAll(async () => {
  await stack?.stop();
  for (const build of builds) await build.remove();
});

async function bring(change: Parameters<typeof makeOtherBuild>[0]): Promise<string> {
  const build = await makeOtherBuild(change);
  builds.push(build);
  workers.push(await startWorkerOf(stack, build));
  return build.buildId;
}

const wanted = (buildId: string, percent: number, seconds: number) => ({
  ...{ buildId, percent, seconds },
  as: house.id,
});
const roll = (...how: Parameters<typeof wanted>) => deployRoll(stack, wanted(...how));

const routing = () =>
  withTemporalOf(stack, async (client) => {
    const { current, ramping } = (await readDeployment(client)) ?? {};
    return { current, ramping: ramping?.buildId ?? null };
  });
const projectsOfHouse = async () => (await store.projects.list(house.id)).length;

it('O4: a good build gets all new runs; the canary leaves nothing', async () => {
  const next = await bring(HARMLESS_CHANGE);
  const { code, out } = await roll(next, 50, 3);
  expect([code, out]).toEqual([0, expect.stringContaining(`New runs start on build ${next}`)]);
  expect(await routing()).toEqual({ current: next, ramping: null });
  expect(await projectsOfHouse()).toBe(0);
  expect(await roll(first, 0, 1)).toMatchObject({ code: 0 });
});

it('O4: a build that fails its canary gets no run', async () => {
  const bad = await bring(breaking('true'));
  const { code, out } = await roll(bad, 50, 3);
  expect(code).toBe(1);
  expect(out).toContain(`The canary failed on build ${bad}`);
  expect(await routing()).toEqual({ current: first, ramping: null });
});

it('O4: a build that fails on what users ask goes back by itself', async () => {
  const bad = await bring(breaking(`this.input.content.includes('${BROKEN_WORD}')`));
  const rolling = roll(bad, 100, 600);
  await expect
    .poll(routing, { timeout: patient(60_000) })
    .toEqual({ current: first, ramping: bad });
  const player = await newPlayer(stack);
  await say(player, `2Dの${BROKEN_WORD}ゲームを作って`);
  const { code, out } = await rolling;
  expect([code, out]).toEqual([1, expect.stringContaining('is worse than')]);
  expect(await routing()).toEqual({ current: first, ramping: null });
  await player.listener.untilEnd();
  player.listener.close();
});

it('O4: a roll that is killed half-way is told within a minute', async () => {
  const next = await bring({ ...HARMLESS_CHANGE, by: '受付中 (opening once more)' });
  const args = rollArgs(wanted(next, 10, 600));
  const child = spawn(process.execPath, args, { env: rollEnv(stack), stdio: 'ignore' });
  await expect
    .poll(routing, { timeout: patient(60_000) })
    .toEqual({ current: first, ramping: next });
  child.kill('SIGKILL');
  await once(child, 'exit');
  const killedMs = performance.now();
  const told = () => store.alerts.standing('rollForgotten');
  await expect.poll(told, { timeout: patient(60_000) }).toEqual(['deployment']);
  expect(performance.now() - killedMs).toBeLessThan(patient(60_000));
  expect(await roll(next, 10, 1)).toMatchObject({ code: 0 });
  await expect.poll(told, { timeout: patient(20_000) }).toEqual([]);
});
