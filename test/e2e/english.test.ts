import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { languageOf } from '../../src/domain/text/language.js';
import { patient } from '../support/patience.js';
import { BrowserStack } from './browser-stack.js';
import { Person } from './person.js';
import { TESTED_SIZES } from './sizes.js';

/** From the first page to the published game by somebody who reads English only. */
const app = new BrowserStack({
  env: { DEMO_SECONDS: '4', VIDEO_SECONDS: '1', VIDEO_SCALE: '0.25' },
});

/** What the person or the model wrote, and the way to the Japanese pages. */
const NOT_OURS = [
  '.language-switch',
  '.message.user',
  '.markdown',
  '.suggestion-btn',
  '.project-title',
  '.project-name',
  '.project-thumb',
  '.live-details pre',
  '.version-message',
  '.changes',
  '.publish-tags',
  '.publish-offer',
  'pre',
  '.play-info',
  '.play-title',
  '.case-name',
  '.case-description',
  '.remix-of',
].join(', ');

/** Every text and every name of a control that is on the screen. */
const SEEN = `(() => {
  const seen = [document.title];
  const isHidden = (element) =>
    !element.checkVisibility() || element.closest(${JSON.stringify(NOT_OURS)});
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { parentElement, data } = walker.currentNode;
    if (data.trim() !== '' && parentElement && !isHidden(parentElement)) seen.push(data.trim());
  }
  for (const element of document.querySelectorAll('[aria-label], [title], [placeholder], [alt]'))
    if (!isHidden(element))
      for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
        seen.push(element.getAttribute(name) ?? '');
  return seen;
})()`;

class Reader {
  /** Names that the model gave. */
  readonly names = new Set<string>();
  readonly seen = new Map<string, string>();

  async read(page: Page, where: string): Promise<void> {
    for (const text of await page.evaluate<string[]>(SEEN)) this.seen.set(text, where);
  }

  get japanese(): string[] {
    return [...this.seen].flatMap(([text, where]) => {
      const ours = [...this.names].reduce((left, name) => left.replaceAll(name, ''), text);
      return languageOf(ours) === 'ja' ? [`${where}: ${text}`] : [];
    });
  }
}

/** The same words stand on both; `npm test` reads the size that most people use. */

it.each(TESTED_SIZES)('English from the first page to the published game on a %s', async (size) => {
  const reader = new Reader();
  const person = await Person.arrive(app.browser, app.stack.baseUrl, size, 'en-US');
  const { page } = person;
  const read = (where: string): Promise<void> => reader.read(page, where);
  /** Reads whatever comes by until this has happened. */
  const readUntil = async (happened: Promise<unknown>, where: string): Promise<void> => {
    const done = happened.then(() => true);
    while (!(await Promise.race([done, page.waitForTimeout(250).then(() => false)])))
      await read(where);
  };

  await page.goto(app.stack.baseUrl);
  await page.locator('.chip').first().waitFor();
  await read('first page');
  await page.click('#signInLink');
  await page.locator('#googleSignInButton:enabled').waitFor();
  await read('sign-in');
  await page.click('#googleSignInButton');
  await page.locator('input[name=email]').waitFor();
  await read('developer sign-in');
  await person.signIn('Taro Test');
  await read('list');
  await person.newProject();
  await page.locator('.example-chip').first().waitFor();
  await read('new project');
  expect(await page.innerText('#projectTitle')).toBe('New game');

  await person.wish('Make a fishing game for my phone');
  await page.locator('#liveBox:visible').waitFor();
  await page.click('.look summary');
  await page.locator('.style-card-chat[data-style-id=neon]').waitFor();
  await read('styles');
  expect(await page.innerText('.style-card-chat[data-style-id=neon]')).toBe('Neon');
  await readUntil(person.untilAnswered(1), 'generation');
  await person.image('english-1-made');
  await expect.poll(() => page.innerText('#projectTitle')).not.toBe('New game');
  reader.names.add(await page.innerText('#projectTitle'));
  await read('made');
  await page.reload();
  await page.locator('#chatInput:enabled').waitFor();
  await read('reloaded');

  await person.say('How do I play it?');
  await page.locator('.message.assistant').nth(1).waitFor();
  await page.locator('#stopButton').waitFor({ state: 'hidden' });
  await read('answer');
  await person.say('Make the player faster');
  await person.untilAnswered(2);
  await person.say('It was better before. Undo that, please.');
  await page.locator('.restore-confirm-btn').waitFor({ timeout: patient(20_000) });
  await read('going back');
  await page.click('.restore-confirm-btn');
  await page.locator('.message.system', { hasText: 'Restored' }).first().waitFor();
  await page.reload();
  await page.locator('.message.system', { hasText: 'Restored' }).first().waitFor();
  await read('gone back');

  const openAsset = async (button: string): Promise<void> => {
    if (size === 'phone') await page.click('#plusButton');
    await page.click(button);
    await page.locator('dialog[open]').waitFor();
  };
  await openAsset('#assetsButton');
  await page
    .locator('dialog .list-state, dialog .panel-note, dialog .asset-empty')
    .first()
    .waitFor();
  await read('assets');
  await page.keyboard.press('Escape');
  await openAsset('#imageGenButton');
  await read('image');
  await page.fill('dialog[open] textarea', 'a red fish');
  await page.click('dialog[open] button[type=submit]');
  await page.locator('.image-stage img').waitFor({ timeout: patient(30_000) });
  await read('image made');
  await person.image('english-2-image');
  await page.click('.image-actions .primary');
  await page.locator('.attached').waitFor();
  await read('attached');
  await person.showGame();
  await page.click('#versionsButton');
  await page.locator('.version-item').first().waitFor();
  await read('versions');
  await page.keyboard.press('Escape');
  await person.showChat();

  const projectId = new URL(page.url()).pathname.split('/')[2] ?? '';
  await page.goto(`${app.stack.baseUrl}/publish.html?id=${projectId}`);
  await read('publish');
  await expect
    .poll(() => page.inputValue('#description'), { timeout: patient(30_000) })
    .not.toBe('');
  await page.fill('#title', 'Fish for all');
  await page.fill('#description', 'Catch them all.');
  await page.fill('#howToPlay', 'Tap.');
  await page.locator('#saveState', { hasText: 'Saved' }).waitFor();
  await page.locator('#thumbnail .thumbnail-actions button').first().click();
  await page.locator('.thumbnail-stage img').waitFor({ timeout: patient(60_000) });
  await page.click('#videoButton');
  const video = page.locator('.video-stage video').waitFor({ timeout: patient(120_000) });
  await readUntil(video, 'video');
  await read('video made');
  await person.image('english-3-publish');
  await page.click('#submitButton');
  await page.waitForURL(/\/game\.html\?id=/, { timeout: patient(60_000) });
  await page.locator('#playTitle', { hasText: 'Fish for all' }).waitFor();
  await page.locator('dialog[open]').waitFor();
  await read('published');
  await person.image('english-4-published');

  for (const [where, ready] of [
    ['discover', '.project-card'],
    ['notifications', '.notice'],
    ['mypage', '.case-link'],
    ['create', '.project-card'],
    ['nowhere-at-all', 'h1'],
  ] as const) {
    await page.goto(`${app.stack.baseUrl}/${where}`);
    await page.locator(ready).first().waitFor();
    await read(where);
    await person.image(`english-5-${where}`);
  }
  expect(reader.japanese).toEqual([]);
  expect([...reader.seen.keys()].filter((text) => /^STEP_|undefined|\[object/.test(text))).toEqual(
    [],
  );
  await person.leave();
});
