import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createLog } from '../../../src/telemetry/log.js';
import { createStore, type Store, type StoreConfig } from '../../../src/store/index.js';
import { readDeployment } from '../../../src/temporal/versions.js';
import { emptyDiary, Player as User, type Diary } from '../../chaos/actors.js';
import { isClean, judge } from '../../chaos/checker.js';
import { collectEvidence } from '../../chaos/evidence.js';
import { Random } from '../../chaos/random.js';
import {
  currentBuild,
  deploy,
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
    env: {
      ...{ DEMO_SECONDS: '1', WATCH_INTERVAL_MS: '1000' },
      ...{ VIDEO_SECONDS: '0.5', VIDEO_SCALE: '0.25' },
    },
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

/** From the command to its answer, whatever is wrong with the build. */
const TOLD_WITHIN_MS = 60_000;

/** The roll of a bad build ends early, and leaves nothing. Answers what it said. */
async function expectRefused(buildId: string): Promise<string> {
  const startedMs = performance.now();
  const { code, out } = await roll(buildId, 50, 3);
  expect(performance.now() - startedMs).toBeLessThan(patient(TOLD_WITHIN_MS));
  expect([code, await projectsOfHouse()]).toEqual([1, 0]);
  return out;
}

it('O4: a good build gets all new runs; the canary leaves nothing', async () => {
  const next = await bring(HARMLESS_CHANGE);
  expect(await deploy(stack, 'drain')).toContain('its workers may stop');
  const { code, out } = await roll(next, 50, 3);
  expect([code, out]).toEqual([0, expect.stringContaining(`New runs start on build ${next}`)]);
  expect(await routing()).toEqual({ current: next, ramping: null });
  expect(await projectsOfHouse()).toBe(0);
  const notices = await store.notifications.list(house.id);
  expect(notices.map(({ code }) => code)).not.toContain('GAME_MADE');
  // The stream of the canary's job stays open after its end.
  const drained = deploy(stack, 'drain', '--seconds', '1').catch(
    (error: { stdout: string }) => error.stdout,
  );
  expect(await drained).toMatch(`After 1 s there are still 1 run(s) on build ${first}`);
  expect(await roll(first, 0, 1)).toMatchObject({ code: 0 });
});

it('O4: a build that fails its canary gets no run', async () => {
  const bad = await bring(breaking('true'));
  const out = await expectRefused(bad);
  expect(out).toContain(`The canary failed on build ${bad}`);
  expect(await routing()).toEqual({ current: first, ramping: null });
});

it('O4: a build whose workers do not start is told as early', async () => {
  expect(await expectRefused('never-started')).toContain('has not seen a worker');
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

const told = () => store.alerts.standing('rollForgotten');

/** Begins a roll and kills it at this point. */
async function kill(
  buildId: string,
  percent: number,
  isThere: () => Promise<boolean>,
): Promise<void> {
  const args = rollArgs(wanted(buildId, percent, 600));
  const child = spawn(process.execPath, args, { env: rollEnv(stack), stdio: 'ignore' });
  await expect.poll(isThere, { timeout: patient(60_000) }).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** Begins a roll, kills it half-way, and waits until it is told. */
async function forget(buildId: string, percent = 10): Promise<void> {
  await kill(buildId, percent, async () => {
    const { current, ramping } = await routing();
    return (percent === 0 ? current : ramping) === buildId;
  });
  const killedMs = performance.now();
  await expect.poll(told, { timeout: patient(TOLD_WITHIN_MS) }).toEqual(['deployment']);
  expect(performance.now() - killedMs).toBeLessThan(patient(TOLD_WITHIN_MS));
}

/** The next roll goes to its end, and there is nothing to tell any more. */
async function expectRolled(buildId: string): Promise<void> {
  expect(await roll(buildId, 50, 2)).toMatchObject({ code: 0 });
  expect(await routing()).toEqual({ current: buildId, ramping: null });
  await expect.poll(told, { timeout: patient(20_000) }).toEqual([]);
}

it('O4: a roll that is killed half-way is told within a minute', async () => {
  const next = await bring({ ...HARMLESS_CHANGE, by: '受付中 (opening once more)' });
  await forget(next);
  await expectRolled(next);
  await expectRolled(first);
});

it('O4: a roll killed once its build is current is told, and undone or finished', async () => {
  const next = await bring({ ...HARMLESS_CHANGE, by: '受付中 (opening a third time)' });
  await forget(next, 0);
  // The roll to another build, which was current before, goes back.
  expect((await roll(first, 50, 2)).out).toContain('current already');
  expect(await routing()).toEqual({ current: first, ramping: null });
  await forget(next, 0);
  await expectRolled(next);
  await expectRolled(first);
});

it('O4: the canary of a roll that was killed with it is deleted by the next one', async () => {
  const bad = await bring(breaking('true'));
  const next = await bring({ ...HARMLESS_CHANGE, by: '受付中 (opening a fourth time)' });
  await kill(bad, 10, async () => (await projectsOfHouse()) === 1);
  const another = () => roll(next, 50, 2);
  await expect.poll(another, { timeout: patient(60_000) }).toMatchObject({ code: 0 });
  expect(await projectsOfHouse()).toBe(0);
  await expectRolled(first);
});

it(
  'O4, A8: under twenty rolls, five forgotten, five of a bad build, nothing is lost',
  async () => {
    const next = await bring(HARMLESS_CHANGE);
    const bad = await bring(breaking('true'));
    const diary = emptyDiary();
    let isOver = false;
    const users = [0, 1].map((place) => userOf(diary, place, () => !isOver).live());
    for (let round = 0; round < 5; round += 1) {
      const current = (await routing()).current ?? '';
      const other = current === first ? next : first;
      await forget(other);
      await expectRolled(other);
      await expectRefused(bad);
      expect(await routing()).toEqual({ current: other, ramping: null });
      await expectRolled(current);
      expect(await projectsOfHouse()).toBe(0);
    }
    isOver = true;
    await Promise.all(users);
    const verdict = async () => {
      const terminated = await endedCanaries();
      return judge(await collectEvidence(stack, diary, { runs: new Set(), terminated }));
    };
    await expect.poll(verdict, { timeout: patient(60_000), interval: 1_000 }).toSatisfy(isClean);
    expect(diary.runs.length).toBeGreaterThan(20);
    process.stdout.write(`${diary.runs.length} messages under the rolls\n`);
  },
  patient(900_000),
);

/** Canaries of bad builds hang in their code until their deletion ends them. */
const endedCanaries = (): Promise<string[]> =>
  withTemporalOf(stack, async (client) => {
    const query = `UserId = '${house.id}' AND ExecutionStatus = 'Terminated'`;
    const ended: string[] = [];
    for await (const { runId, workflowId } of client.workflow.list({ query }))
      ended.push(`${runId} of ${workflowId}`);
    return ended;
  });

const userOf = (diary: Diary, place: number, hasTurn: () => boolean): User =>
  new User({
    ...{ env: stack.env, baseUrl: stack.baseUrl, random: new Random(`rolls ${place}`) },
    ...{ diary, place, hasTurn, lastTroubleMs: () => 0, isFaulty: false, isPlayed: false },
  });
