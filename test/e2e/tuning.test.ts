import { expect, it } from 'vitest';
import { OwnerPlayBody } from '../../src/contracts/game/tape.js';
import { patient } from '../support/patience.js';
import { BrowserStack } from './browser-stack.js';
import { Person } from './person.js';
import { SIZES } from './sizes.js';
import { check } from './screens/audit.js';

/**
 * A game is played and tuned on a phone while it runs, and the desktop beside it has the new
 * version.
 */
const app = new BrowserStack({ env: { DEMO_SECONDS: '2' } });

const patience = { timeout: patient(10_000) };
const sky = (person: Person) => async (): Promise<string> =>
  (await person.gameFrame()).evaluate<string>('document.body.style.background');
const RED = 'rgb(255, 0, 0)';
const GREEN = 'rgb(0, 255, 0)';

it('what is moved shows at once, is put back, is saved as a version and followed', async () => {
  const person = await Person.arrive(app.browser, app.stack.baseUrl, 'phone');
  const { page } = person;
  await person.signIn();
  await person.newProject();
  await person.makeGame();
  const context = await app.browser.newContext({
    ...SIZES.desktop,
    locale: 'ja-JP',
    storageState: await person.context.storageState(),
  });
  const desktop = await context.newPage();
  person.watch(desktop);
  await desktop.goto(page.url());
  await desktop.locator('#tuneButton').waitFor();

  await person.showGame();
  // The empty page that a frame holds before its game has no sky.
  await expect.poll(sky(person), patience).not.toBe('');
  const before = await sky(person)();
  await page.click('#tuneButton');
  const panel = page.locator('#tunePanel');
  for (const label of ['はやさ', 'むずかしくなる速さ', '空の色', '音'])
    await panel.getByLabel(label).waitFor();
  await check(page, 'settings of a game on a phone');
  expect(await page.locator('#tuneSave').isDisabled()).toBe(true);

  // The running game takes it: its frame stays the same one.
  await page.evaluate("document.getElementById('gamePreview').dataset.first = ''");
  await panel.getByLabel('空の色').fill('#ff0000');
  await expect.poll(sky(person), patience).toContain(RED);
  await person.image('tuning');
  expect(await page.locator('#gamePreview[data-first]').count()).toBe(1);

  // Put back, it is as it was saved; by the keyboard it is moved again.
  await page.click('#tuneReset');
  await expect.poll(sky(person), patience).toBe(before);
  await panel.getByLabel('空の色').fill('#00ff00');
  await panel.getByLabel('はやさ').focus();
  await page.keyboard.press('ArrowRight');
  expect(await panel.locator('.tune-value').first().innerText()).toBe('1.1');
  await page.click('#tuneSave');
  await page.getByText('調整を保存しました').waitFor(patience);
  await page.keyboard.press('Escape');
  await panel.waitFor({ state: 'hidden' });
  expect(await sky(person)()).toContain(GREEN);

  // A version of its own, here and on the other device, which runs it, too.
  await page.click('#versionsButton');
  await expect.poll(() => page.locator('.version-item').count(), patience).toBe(2);
  expect(await page.locator('.version-item').first().innerText()).toContain('はやさ 1 → 1.1');
  await person.image('tuning-versions');
  const there = async (): Promise<string> => {
    const handle = await desktop.locator('#gamePreview').elementHandle();
    return (await (
      await handle?.contentFrame()
    )?.evaluate<string>('document.body.style.background')) as string;
  };
  await expect.poll(there, patience).toContain(GREEN);
  await desktop.click('#tuneButton');
  expect(await desktop.locator('#tunePanel').getByLabel('はやさ').inputValue()).toBe('1.1');
  await check(desktop, 'settings of a game on a desktop');
  await person.image('tuning-desktop', desktop);
  expect(person.complaints).toEqual([]);
  await context.close();
  await person.leave();
});

it('P4: what its owner does in the preview is kept with the version that was played', async () => {
  const person = await Person.arrive(app.browser, app.stack.baseUrl, 'phone');
  const { page } = person;
  await person.signIn();
  await person.newProject();
  await person.makeGame();
  await person.showGame();
  const frame = await person.gameFrame();
  const game = page.locator('#gamePreview');
  const isPlays = (answer: { url(): string }) => answer.url().endsWith('/plays');
  const reported = page.waitForResponse(isPlays, patience);
  await frame.evaluate(
    "dispatchEvent(new ErrorEvent('error', { message: 'on the phone', filename: 'index.html' }))",
  );
  const { errors } = OwnerPlayBody.parse((await reported).request().postDataJSON());
  expect(errors).toEqual(['on the phone (index.html:0)']);
  const since = await frame.evaluate<number>('performance.now()');
  const passed = async () => (await frame.evaluate<number>('performance.now()')) - since;
  // Longer than the shortest play that is kept, by the game's own frames.
  for (let at = 0; (await passed()) < 6_000; at += 1) {
    await game.tap({ position: { x: 60 + ((at * 40) % 200), y: 300 } });
    await frame.evaluate('new Promise((done) => requestAnimationFrame(done))');
  }
  const answered = page.waitForResponse(isPlays, patience);
  await person.showChat();
  const answer = await answered;
  expect([answer.status(), await answer.json()]).toEqual([200, { success: true }]);
  const { inputs } = OwnerPlayBody.parse(answer.request().postDataJSON());
  expect(inputs.slice(0, 2).map(({ type }) => type)).toEqual(['down', 'up']);
  expect(inputs.at(-1)?.atMs).toBeGreaterThan(3_000);
  expect(person.complaints).toEqual([]);
  await person.leave();
});

it('in a game that takes nothing while it runs, it begins anew with what is moved', async () => {
  const person = await Person.arrive(app.browser, app.stack.baseUrl, 'phone', 'en-GB');
  const { page } = person;
  await person.signIn();
  await person.newProject();
  await person.makeGame('3Dのシューティングゲームを作って');
  await person.showGame();
  await page.getByRole('button', { name: 'Tune' }).click();
  const speed = page.locator('#tunePanel').getByLabel('はやさ');
  await speed.fill('2');
  const asked = 'typeof TUNED === "undefined" ? 0 : TUNED.speed';
  await expect
    .poll(async () => (await person.gameFrame()).evaluate<number>(asked), patience)
    .toBe(2);
  // What was moved does not go by one key or tap.
  await speed.press('Escape');
  await page.locator('.confirm-card').getByRole('button', { name: 'Cancel' }).click();
  expect(await speed.inputValue()).toBe('2');
  await page.getByRole('button', { name: 'Close' }).first().click();
  await page.locator('.confirm-card .primary').click();
  await expect
    .poll(async () => (await person.gameFrame()).evaluate<number>(asked), patience)
    .toBe(1);
  expect(person.complaints).toEqual([]);
  await person.leave();
});
