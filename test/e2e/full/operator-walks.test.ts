import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorText } from '../../../src/contracts/messages/message.js';
import { RUNNER_FILES } from '../../../src/process/programs.js';
import { commandOn, type Dreamcore } from '../../contract/ops/command.js';
import { deploy, makeOtherBuild, startWorkerOf, type OtherBuild } from '../../support/builds.js';
import { launchChromium } from '../../support/chromium.js';
import { patient } from '../../support/patience.js';
import { newPlayer, say } from '../../support/player.js';
import { startStack, type Stack } from '../../support/stack.js';
import { createUser } from '../../support/users.js';
import { Person } from '../person.js';
import { startFailingModel, type FailingModel } from './failing-model.js';
import { keepImage, Walk } from './walk.js';

/**
 * The four questions of docs/operator-walks.md, asked of one evening: a model that refused, and a
 * deploy after which no game is taken. Whoever asks has a browser and a shell.
 */
const MOST_SECONDS = patient(60_000) / 1000;
/** A deploy brings it: no game has that much code. */
const CAUSE = {
  file: RUNNER_FILES.code,
  text: 'MIN_CODE_CHARS=200;',
  by: 'MIN_CODE_CHARS=2e6;',
} as const;

let folder: string;
let model: FailingModel;
let bad: OtherBuild;
let stack: Stack;
let worker: Awaited<ReturnType<typeof startWorkerOf>>;
let browser: Browser;
let here: Dreamcore;
/** Somebody whose game never came, and what was asked. */
let user: Person;
const USER = `sora-${crypto.randomUUID().slice(0, 4)}@example.test`;
const jobs = { made: '', refused: '', lost: '' };
let goodBuild = '';
/** Pages of the operator, signed in. */
let ops: Page;
let temporal: Page;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-walks-'));
  model = await startFailingModel();
  bad = await makeOtherBuild(CAUSE);
  const env = { ANTHROPIC_API_KEY: 'a-key-for-tests', ANTHROPIC_BASE_URL: model.url };
  [stack, browser] = await Promise.all([startStack({ env }), launchChromium()]);
  here = commandOn(stack);
  jobs.made = await makeJob(null, '2Dのキャッチゲームを作って');
  jobs.refused = await makeJob('refusal', '2Dのシューティングゲームを作って');
  goodBuild = (await builds()).find(({ role }) => role === 'current')?.buildId ?? '';
  worker = await startWorkerOf(stack, bad);
  await deploy(stack, 'current', bad.buildId);
  model.fault = null;
  user = await Person.arrive(browser, stack.baseUrl, 'phone', 'en-US');
  await user.signIn('Sora', USER);
  await user.newProject();
  await user.say('Make a 2D fishing game for my phone');
  await user.page.locator('.message.error').waitFor({ timeout: patient(120_000) });
  const asked = JSON.parse(await told(here, 'jobs', '--user', USER, '--json')) as { id: string }[];
  jobs.lost = asked[0]?.id ?? '';
  await signInOperator();
});
afterAll(async () => {
  await browser?.close();
  await worker?.stop();
  await stack?.stop();
  await bad?.remove();
  await model?.close();
  await rm(folder, { recursive: true, force: true });
});

/** A new player's job, until it has ended. */
async function makeJob(fault: string | null, wish: string): Promise<string> {
  model.fault = fault;
  const player = await newPlayer(stack);
  const id = await say(player, wish);
  await player.listener.untilEnd();
  player.listener.close();
  return id;
}

async function builds(): Promise<{ buildId: string; role: string }[]> {
  return JSON.parse(await deploy(stack, 'status', '--json')) as never;
}

async function signInOperator(): Promise<void> {
  const { email } = await createUser(stack.env, 'operator', { app_metadata: { role: 'operator' } });
  const operator = await Person.arrive(browser, stack.baseUrl, 'desktop', 'en-US');
  await operator.signIn('Operator', email);
  ops = operator.page;
  temporal = await operator.context.newPage();
  await temporal.setViewportSize({ ...WIDE, height: 600 });
}

/** A command that has to work; answers what it printed. */
async function told(dreamcore: Dreamcore, ...args: string[]): Promise<string> {
  const { code, out, err } = await dreamcore(...args);
  expect(code, `${args.join(' ')}\n${out}${err}`).toBe(0);
  return out;
}

/** The view `failed` of docs/operating.md, with the columns that say why; the UI keeps them. */
const FAILED_VIEW = "JobOutcome = 'failed'";
const COLUMNS = ['Status', 'FailureKind', 'Attempts', 'CostUsd', 'Start', 'Workflow ID'];
/** In which the UI cuts nothing of that. */
const WIDE = { width: 1600, height: 900 };

async function openFailedView(): Promise<void> {
  const ui = stack.env['TEMPORAL_UI_URL'] ?? '';
  const columns = JSON.stringify({ default: COLUMNS.map((label) => ({ label })) });
  await temporal.addInitScript(
    `localStorage.setItem('namespace-workflow-table-columns', '${columns}')`,
  );
  await temporal.goto(
    `${ui}/namespaces/default/workflows?query=${encodeURIComponent(FAILED_VIEW)}`,
  );
  for (const kind of ['ModelRefused', 'CandidateInvalid'])
    await temporal.locator('tr', { hasText: kind }).waitFor({ timeout: patient(20_000) });
}

/** From the dialog of a job to its workflow, and what stands there about it. */
async function openInTemporal(): Promise<void> {
  const opened = ops.context().waitForEvent('page');
  await ops.click('.ops-section a:has-text("Run in Temporal")');
  const page = await opened;
  await page.setViewportSize(WIDE);
  await page.getByText('User Metadata', { exact: true }).click();
  for (const shown of [`a[href$="/ops?job=${jobs.lost}"]`, ':text("failed: CandidateInvalid")'])
    await expect.poll(() => isShown(page, shown), { timeout: patient(20_000) }).toBe(true);
  await keepImage(page, 'temporal-job');
  await page.close();
}

/** In the page or in a frame of it: the UI draws Markdown in frames. */
async function isShown(page: Page, selector: string): Promise<boolean> {
  const counts = await Promise.all(page.frames().map((frame) => frame.locator(selector).count()));
  return counts.some((count) => count > 0);
}

describe('an operator with a browser and a shell', () => {
  it('which jobs failed today, and why', async () => {
    const walk = new Walk('which jobs failed today, and why');
    const listed = await walk.step('npx dreamcore jobs --state failed --since 24h', () =>
      told(here, 'jobs', '--state', 'failed', '--since', '24h'),
    );
    expect(listed).toMatch(new RegExp(`${jobs.refused} .*failed: ModelRefused`));
    expect(listed).toMatch(new RegExp(`${jobs.lost} .*failed: CandidateInvalid .*attempt 3`));
    expect(listed).not.toContain(jobs.made);
    await walk.step('/ops, failed, within 24 h', async () => {
      await ops.goto(`${stack.baseUrl}/ops`);
      await ops.selectOption('#filter-state', 'failed');
      await ops.selectOption('#filter-since', '24h');
      await ops.locator('.ops-row', { hasText: 'CandidateInvalid' }).waitFor();
      await ops.locator('.ops-row', { hasText: 'ModelRefused' }).waitFor();
    });
    await keepImage(ops, 'ops-failed');
    await walk.step('Temporal UI, view "failed"', openFailedView);
    await keepImage(temporal, 'temporal-failed');
    expect(walk.end()).toBeLessThan(MOST_SECONDS);
  });

  it('this user says the game never came', async () => {
    const walk = new Walk('this user says the game never came');
    const found = await walk.step(`npx dreamcore jobs --user ${USER}`, () =>
      told(here, 'jobs', '--user', USER),
    );
    expect(found).toContain(jobs.lost);
    const story = await walk.step('npx dreamcore show <job>', () => told(here, 'show', jobs.lost));
    expect(story).toMatch(/runAgent +failed .*CandidateInvalid: index\.html holds no game code/);
    await walk.step('/ops, by address; the job', async () => {
      await ops.goto(`${stack.baseUrl}/ops`);
      await ops.fill('#filter-user', USER);
      await ops.keyboard.press('Enter');
      await ops.locator('.ops-row', { hasText: USER }).click();
      await ops.locator('.ops-detail[aria-busy]').waitFor({ state: 'detached' });
      await ops.locator('.ops-facts', { hasText: 'CandidateInvalid' }).waitFor();
    });
    await ops.setViewportSize({ width: 1280, height: 1000 });
    await keepImage(ops, 'ops-job');
    await walk.step('the job in the Temporal UI', openInTemporal);
    const answer = await user.page.locator('.message.error p').innerText();
    // The same sentence, in the language of the screen; the shell has it as it is stored.
    expect(await ops.innerText('.ops-facts')).toContain(answer.replace(/^.*?: /, ''));
    expect(story).toContain(errorText('CandidateInvalid'));
    await keepImage(user.page, 'chat-failed');
    expect(walk.end()).toBeLessThan(MOST_SECONDS);
  });

  it('replay this one on my laptop', async () => {
    const walk = new Walk('replay this one on my laptop');
    const laptop = commandOn({ dataDir: path.join(folder, 'laptop') });
    const archive = path.join(folder, 'case.tar.gz');
    await walk.step('npx dreamcore export <job> --out case.tar.gz', () =>
      told(here, 'export', jobs.lost, '--out', archive),
    );
    await walk.step('npx dreamcore import case.tar.gz', () => told(laptop, 'import', archive));
    const replayed = await walk.step('npx dreamcore replay <job>', () =>
      told(laptop, 'replay', jobs.lost),
    );
    expect(replayed).toContain(`run by build ${bad.buildId}) replays on build ${goodBuild}.`);
    const again = ['rerun', jobs.lost, '--recorded'];
    const same = await walk.step('npx dreamcore rerun <job> --recorded --build <its build>', () =>
      told(laptop, ...again, '--build', bad.buildId),
    );
    expect(same).toContain('The same: ');
    const other = await walk.step('npx dreamcore rerun <job> --recorded', () => laptop(...again));
    expect([other.code, other.out]).toEqual([
      1,
      expect.stringMatching(/now +a candidate[\s\S]*First difference: it ended with Candidate/),
    ]);
    expect(walk.end()).toBeLessThan(MOST_SECONDS);
  });

  it('roll back', async () => {
    const walk = new Walk('roll back');
    const before = await walk.step('npx dreamcore deploy status', () =>
      told(here, 'deploy', 'status'),
    );
    expect(before).toMatch(new RegExp(`^${bad.buildId} .*current`, 'm'));
    await walk.step('npx dreamcore deploy current <the build before>', () =>
      told(here, 'deploy', 'current', goodBuild),
    );
    const after = await walk.step('npx dreamcore deploy status', () =>
      told(here, 'deploy', 'status'),
    );
    expect(after).toMatch(new RegExp(`^${goodBuild} .*current`, 'm'));
    await walk.step('/ops, the job: rerun', async () => {
      await ops.goto(`${stack.baseUrl}/ops?job=${jobs.lost}`);
      await ops.click('.ops-acts .button:has-text("Rerun")');
      await ops.selectOption('#opsChoice', 'run');
      await ops.fill('#opsReason', 'rolled back: does it come now?');
      await keepImage(ops, 'ops-rerun');
      await ops.keyboard.press('Enter');
      await ops
        .locator('.toast', { hasText: 'The rerun has begun' })
        .waitFor({ timeout: patient(45_000) });
    });
    expect(walk.end()).toBeLessThan(MOST_SECONDS);
    await user.page.locator('.message.error .link-button').click();
    await user.untilAnswered(1);
  });
});
