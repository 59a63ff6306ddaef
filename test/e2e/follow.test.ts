import type { BrowserContext, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { patient } from '../support/patience.js';
import { BrowserStack } from './browser-stack.js';
import { Person } from './person.js';
import { SIZES } from './sizes.js';

/** K1, K3: one person with a phone and a desktop, the same project open on both. */
let phone: Person;
let desktop: Page;
let desktopContext: BrowserContext;

const app = new BrowserStack({ env: { DEMO_SECONDS: '3' } });

/** What is said here alone: the style that was picked, offers, and what a note's button does. */
const lines = async (page: Page, kind: string): Promise<string[]> =>
  (await page.locator(`.message.${kind}`).allInnerTexts())
    .map((line) => line.split('\n')[0] ?? '')
    .filter((line) => !/^スタイル: |お知らせ/.test(line));
const chat = async (page: Page): Promise<string[]> =>
  (await page.locator('.message.user, .message.assistant .markdown').allInnerTexts()).map((line) =>
    line.trim(),
  );

it('K1: what is done on one device is seen on the other, once', async () => {
  phone = await Person.arrive(app.browser, app.stack.baseUrl, 'phone');
  await phone.signIn();
  await phone.newProject();
  desktopContext = await app.browser.newContext({
    ...SIZES.desktop,
    locale: 'ja-JP',
    storageState: await phone.context.storageState(),
  });
  desktop = await desktopContext.newPage();
  phone.watch(desktop);
  await desktop.goto(phone.page.url());
  await desktop.locator('#chatInput:enabled').waitFor();

  // A job begun on the phone: message, progress, answer, game and name come to the desktop.
  await phone.wish('2Dのシューティングゲームを作って');
  await desktop
    .locator('.message.user')
    .first()
    .waitFor({ timeout: patient(10_000) });
  await desktop.locator('#stopButton').waitFor();
  await desktop.locator('#liveBox').waitFor();
  await phone.untilAnswered(1);
  await desktop.locator('.message.assistant .play-game-btn').first().waitFor();
  await desktop.locator('#gamePreview').waitFor();
  await expect
    .poll(() => desktop.locator('#projectTitle').textContent(), { timeout: patient(10_000) })
    .not.toBe('新しいゲーム');

  // One begun on the desktop is seen, and can be stopped, on the phone.
  await desktop.fill('#chatInput', 'もっと速くして');
  await desktop.click('#sendButton');
  await phone.page.locator('.message.user', { hasText: 'もっと速くして' }).waitFor();
  await phone.page.locator('#stopButton').click();
  for (const page of [phone.page, desktop])
    await page.locator('.message.system', { hasText: '停止しました' }).waitFor();

  await desktop.click('#projectTitle');
  await desktop.fill('#projectTitleInput', '星の旅');
  await desktop.keyboard.press('Enter');
  await phone.page.locator('#projectTitle', { hasText: '星の旅' }).waitFor();

  await phone.say('敵を青にして');
  await phone.untilAnswered(2);
  await desktop.locator('.message.assistant .play-game-btn').nth(1).waitFor();
  await desktop.click('#versionsButton');
  await desktop.locator('.version-item .restore-btn').click();
  await desktop.locator('dialog.confirm-card .button.primary').click();
  for (const page of [phone.page, desktop])
    await page.locator('.message.system', { hasText: 'に戻しました' }).first().waitFor();

  // Bare time: time to be told a second time
  await phone.page.waitForTimeout(2_500);
  for (const kind of ['user', 'system'])
    expect(await lines(phone.page, kind)).toEqual(await lines(desktop, kind));
  expect(await chat(desktop)).toHaveLength(5);
  await phone.image('12-followed');
  await desktop.screenshot({ path: 'test-results/e2e/12-followed-desktop.png' });
  expect(phone.complaints).toEqual([]);
  await desktopContext.close();
  await phone.leave();
});
