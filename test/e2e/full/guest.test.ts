import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { BrowserStack } from '../browser-stack.js';
import { Person } from '../person.js';

/** A person without an account makes a game at the first page, and takes it into an account. */
const app = new BrowserStack({ env: { DEMO_SECONDS: '3' } });

const userOf = (page: Page) =>
  page.evaluate<string>(
    "JSON.parse(localStorage.getItem('dreamcore_session_cache')).session.user.id",
  );

/** From an empty browser to his own game. */
async function guest(locale = 'ja-JP', wish = '2Dの釣りゲームを作って'): Promise<Person> {
  const person = await Person.arrive(app.browser, app.stack.baseUrl, 'phone', locale);
  await person.page.goto(app.stack.baseUrl);
  await person.page.fill('#wishInput', wish);
  await person.page.click('.wish-box .primary');
  await person.page.waitForURL(/\/project\/[0-9a-f-]{36}/);
  await person.showChat();
  await person.untilAnswered(1);
  return person;
}

/** The provider's form, in whose place the local one stands. */
async function fillForm({ page }: Person, email: string): Promise<void> {
  await page.click('#googleSignInButton:enabled');
  await page.fill('input[name=name]', 'テスト 花子');
  await page.fill('input[name=email]', email);
  await page.click('button[type=submit]');
}

it('a guest plays his game without a form, and keeps it by a new account', async () => {
  const person = await guest();
  const { page } = person;
  const [place, id] = [page.url(), await userOf(page)];
  await person.showGame();
  await expect.poll(() => person.gameState()).toHaveProperty('score');
  await person.showChat();
  await person.image('guest-editor');
  await page.goto(`${app.stack.baseUrl}/create`);
  await page.click('#createProjectButton:enabled');
  await page.locator('.confirm-card', { hasText: 'ゲストが作れるゲームは1つです' }).waitFor();
  await page.keyboard.press('Escape');
  await page.goto(place);
  await page.click('.guest-line a');
  await fillForm(person, `${crypto.randomUUID().slice(0, 8)}@example.test`);
  await page.waitForURL(place);
  await page.locator('#chatInput:enabled').waitFor();
  expect([await userOf(page), await page.locator('.guest-line').count()]).toEqual([id, 0]);
  await person.say('敵を青にして');
  await person.untilAnswered(2);
  expect(person.complaints).toEqual([]);
  await person.leave();
});

it('the game of a guest moves to an account that he has already', async () => {
  const email = `${crypto.randomUUID().slice(0, 8)}@example.test`;
  const before = await Person.arrive(app.browser, app.stack.baseUrl, 'phone');
  await before.signIn('テスト 花子', email);
  const id = await userOf(before.page);
  await before.leave();

  const person = await guest();
  const { page } = person;
  const place = page.url();
  await page.click('.guest-line a');
  await fillForm(person, email);
  await page.locator('#loginNote', { hasText: '登録済み' }).waitFor();
  await person.image('guest-known');
  await fillForm(person, email);
  await page.waitForURL(place);
  await page.locator('.toast', { hasText: '移しました' }).waitFor();
  expect(await userOf(page)).toBe(id);
  await person.say('敵を青にして');
  await person.untilAnswered(2);
  expect(person.complaints).toEqual([]);
  await person.leave();
});
