import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { patient } from '../../support/patience.js';
import { BrowserStack } from '../browser-stack.js';
import { Person } from '../person.js';
import type { Size } from '../sizes.js';

/** A2: what is played while a first game is made. */
const app = new BrowserStack({ env: { DEMO_SECONDS: String(patient(5_000) / 1_000) } });

const patience = { timeout: patient(60_000) };
const sketchOf = (page: Page) => page.frameLocator('#sketchFrame');

async function wishing(size: Size, wish = 'ネコが魚を集めるゲーム'): Promise<Person> {
  const person = await Person.arrive(app.browser, app.stack.baseUrl, size);
  await person.signIn();
  await person.newProject();
  await person.say(wish);
  return person;
}

/** Takes on the words of the design, and answers a touch. */
async function playSketch(page: Page): Promise<void> {
  await sketchOf(page).locator('#sketchPitch', { hasText: /./ }).waitFor(patience);
  await sketchOf(page)
    .locator('#screen')
    .click({ position: { x: 150, y: 300 } });
}

it('a phone plays a sketch at once; the game takes its place when it is wanted', async () => {
  const person = await wishing('phone');
  const { page } = person;
  await page.locator('#sketchFrame').waitFor();
  const ready = page.locator('.sketch-ready .button');
  await expect
    .poll(async () => {
      if (await ready.isVisible()) return true;
      await playSketch(page);
      return ready.isVisible();
    }, patience)
    .toBe(true);
  expect(await page.locator('#gamePreview').isVisible()).toBe(false);
  await ready.click();
  await page.locator('#sketchFrame').waitFor({ state: 'detached', ...patience });
  await expect.poll(() => person.gameState()).toHaveProperty('score');
  await page.click('#backToChatButton');
  await person.say('敵を青にして');
  await person.untilAnswered(2);
  expect(await page.locator('#sketchFrame').count()).toBe(0);
  expect(person.complaints).toEqual([]);
  await person.leave();
});

it('a reload and a second tab find it again, and it goes with a job that is stopped', async () => {
  const person = await wishing('desktop', '2Dの迷路');
  await playSketch(person.page);
  const second = await person.context.newPage();
  person.watch(second);
  await Promise.all([second.goto(person.page.url()), person.page.reload()]);
  for (const page of [person.page, second])
    await sketchOf(page).locator('#sketchPitch', { hasText: /./ }).waitFor(patience);
  await person.page.locator('#stopButton').click();
  for (const page of [person.page, second])
    await page.locator('#sketchFrame').waitFor({ state: 'detached', ...patience });
  await person.page.locator('#previewEmpty').waitFor();
  expect(person.complaints).toEqual([]);
  await person.leave();
});
