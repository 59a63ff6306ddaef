import type { BrowserContext, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { patient } from '../../support/patience.js';
import { BrowserStack } from '../browser-stack.js';
import { Person } from '../person.js';
import { SIZES } from '../sizes.js';
import { framesOf, type Frame } from './frames.js';

/** K1–K3: two tabs and a phone through an evening show, and were told, the same in the end. */
const app = new BrowserStack({ env: { DEMO_SECONDS: '2' } });

const patience = { timeout: patient(30_000) };

interface Place {
  readonly name: string;
  readonly page: Page;
  readonly frames: Frame[];
}

async function placeAt(name: string, page: Page, address: string): Promise<Place> {
  const frames = framesOf(page);
  await page.goto(address);
  await page.locator('#chatInput:enabled').waitFor();
  return { name, page, frames };
}

/** Of those that stand in a chat that was loaded only the newest leads to the game. */
const answers = ({ page }: Place): Promise<number> =>
  page.locator('.message.assistant .markdown').count();

async function say(place: Place, all: readonly Place[], content: string): Promise<void> {
  const before = await Promise.all(all.map(answers));
  await place.page.fill('#chatInput', content);
  await place.page.click('#sendButton');
  for (const [index, each] of all.entries()) {
    await expect.poll(() => answers(each), patience).toBe((before[index] ?? 0) + 1);
    await each.page.locator('#stopButton').waitFor({ state: 'hidden' });
  }
}

async function rename({ page }: Place, all: readonly Place[], name: string): Promise<void> {
  await page.click('#projectTitle');
  await page.fill('#projectTitleInput', name);
  await page.keyboard.press('Enter');
  for (const each of all) await each.page.locator('#projectTitle', { hasText: name }).waitFor();
}

async function goBack({ page }: Place, nth: number): Promise<void> {
  await page.click('#versionsButton');
  await page.locator('.version-item .restore-btn').nth(nth).click();
  await page.locator('dialog.confirm-card .button.primary').click();
  await page.locator('.versions-panel').waitFor({ state: 'detached' });
}

async function tune({ page }: Place): Promise<void> {
  await page.click('#tuneButton');
  await page.locator('#tunePanel').getByLabel('はやさ').focus();
  await page.keyboard.press('ArrowRight');
  await page.click('#tuneSave');
  await page.getByText('調整を保存しました').waitFor(patience);
  await page.keyboard.press('Escape');
}

async function publish({ page }: Place, address: string): Promise<void> {
  await page.click('#publishButton');
  await page.locator('#submitButton:enabled').waitFor(patience);
  await expect.poll(() => page.inputValue('#description'), patience).not.toBe('');
  await page.locator('#thumbnail .thumbnail-actions button').first().click();
  await page.locator('.thumbnail-stage img').waitFor({ timeout: patient(60_000) });
  await page.click('#submitButton');
  await page.waitForURL(/\/game\.html\?id=/, { timeout: patient(60_000) });
  await page.goto(address);
  await page.locator('#chatInput:enabled').waitFor();
}

/** Lines that stand in one place alone: offers, and which style was tapped there. */
const ONLY_HERE = /^スタイル: |お知らせ/;

/** All that a person can read of the state of the project. */
async function stateOf({ page }: Place): Promise<object> {
  const lines = await page
    .locator('.message.user, .message.assistant .markdown, .message.system span')
    .allInnerTexts();
  await page.click('#versionsButton');
  await page.locator('.version-item').first().waitFor();
  const versions = await page.evaluate<unknown[]>(`
    [...document.querySelectorAll('.version-item')].map((item) => [item.dataset.version,
      item.className, item.querySelector('.version-message').textContent])`);
  await page.locator('.versions-panel').press('Escape');
  return {
    title: await page.textContent('#projectTitle'),
    heading: await page.title(),
    publication: await page.textContent('#publicationState'),
    lines: lines.map((line) => line.trim()).filter((line) => !ONLY_HERE.test(line)),
    versions,
  };
}

/** The same as the server told it last to this place. */
function toldTo({ frames }: Place): object {
  const last = (type: string): Frame | undefined => frames.findLast((each) => each.type === type);
  return {
    versions: last('versionsList')?.['versions'],
    name: (last('projectRenamed')?.['project'] as { name: string } | undefined)?.name,
  };
}

it('an evening of making, going back, tuning and publishing ends alike everywhere', async () => {
  const person = await Person.arrive(app.browser, app.stack.baseUrl, 'desktop');
  await person.signIn();
  await person.newProject();
  const address = person.page.url();
  const storageState = await person.context.storageState();
  const phoneContext: BrowserContext = await app.browser.newContext({
    ...SIZES.phone,
    locale: 'ja-JP',
    // It stays in its chat.
    reducedMotion: 'reduce',
    storageState,
  });
  const first = await placeAt('first tab', person.page, address);
  const second = await placeAt('second tab', await person.context.newPage(), address);
  const phone = await placeAt('phone', await phoneContext.newPage(), address);
  const all = [first, second, phone];
  for (const { page } of all) person.watch(page);

  await first.page.fill('#chatInput', '2Dのシューティングゲームを作って');
  await first.page.click('#sendButton');
  for (const { page } of all) await page.locator('.play-game-btn').waitFor(patience);
  for (const { page } of all)
    await expect.poll(() => page.textContent('#projectTitle'), patience).not.toBe('新しいゲーム');
  await say(phone, all, 'もっと速くして');
  await rename(second, all, '星の旅');
  await say(second, all, '敵を青にして');
  await goBack(first, 1);
  for (const { page } of all)
    await page.locator('.message.system', { hasText: 'に戻しました' }).first().waitFor(patience);
  // The phone is in a tunnel while others work and rename.
  await phoneContext.setOffline(true);
  await say(first, [first, second], '敵を増やして');
  await rename(first, [first, second], '星の旅 2');
  await phoneContext.setOffline(false);
  await phone.page.locator('#projectTitle', { hasText: '星の旅 2' }).waitFor(patience);
  await publish(second, address);
  for (const { page } of all)
    await page.locator('#publicationState', { hasText: '公開中' }).waitFor(patience);
  await tune(first);
  await rename(phone, all, '夜の星の旅');
  await say(phone, all, '音を付けて');
  await goBack(second, 0);
  for (const { page } of all)
    await expect
      .poll(() => page.locator('.message.system', { hasText: 'に戻しました' }).count(), patience)
      .toBe(2);

  await phone.page.click('#playGameButton');
  await expect.poll(() => stateOf(second), patience).toEqual(await stateOf(first));
  await expect.poll(() => stateOf(phone), patience).toEqual(await stateOf(first));
  const told = toldTo(first);
  expect(told).toMatchObject({ name: '夜の星の旅' });
  expect([toldTo(second), toldTo(phone)]).toEqual([told, told]);
  for (const [index, { page }] of all.entries()) await person.image(`evening-${index}`, page);
  await phoneContext.close();
  await person.leave();
});
