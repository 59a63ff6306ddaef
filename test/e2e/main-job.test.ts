import { describe, expect, it } from 'vitest';
import { inFullRuns } from '../scope.js';
import { patient } from '../support/patience.js';
import { BrowserStack } from './browser-stack.js';
import { Person } from './person.js';
import { scriptsOf } from './sent-scripts.js';
import { SIZES, TESTED_SIZES } from './sizes.js';

/** The main job as a newcomer does it, against the whole running product. */
const app = new BrowserStack({ env: { DEMO_SECONDS: '3' } });

/** The stored game, asked for by the page itself. */
const codeOf = (person: Person) =>
  person.page.evaluate<string>(`(async () => {
  const { session } = JSON.parse(localStorage.getItem('dreamcore_session_cache'));
  const response = await fetch('/api/projects/' + location.pathname.split('/').pop() + '/code', {
    headers: { authorization: 'Bearer ' + session.access_token },
  });
  return (await response.json()).code;
})()`);

/** Writes down, in the page, each step that is marked as the present one. */
const RECORD_STEPS = `
  window.__steps = [];
  new MutationObserver(() => {
    const now = document.querySelector('.live-steps [aria-current=step]')?.firstChild.textContent;
    if (now && now !== window.__steps.at(-1)) window.__steps.push(now);
  }).observe(document.querySelector('#liveBox'), { subtree: true, attributes: true });`;

/** Plays by tapping and sliding over the lower half. */
async function play(person: Person): Promise<void> {
  const box = await person.page.locator('#gamePreview').boundingBox();
  if (!box) throw new Error('the game is not visible');
  for (let step = 0; step < 12; step += 1) {
    const x = box.x + box.width * (0.2 + (0.6 * ((step * 5) % 7)) / 6);
    const y = box.y + box.height * 0.75;
    await person.page.mouse.move(x, y);
    await person.page.mouse.down();
    await person.page.mouse.move(x + 12, y - 10, { steps: 3 });
    // Bare time: a finger's pace
    await person.page.waitForTimeout(120);
    await person.page.mouse.up();
  }
}

describe.each(TESTED_SIZES)('on a %s', (size) => {
  it('a newcomer signs in, says a wish, watches, plays, changes, goes back', async () => {
    const person = await Person.arrive(app.browser, app.stack.baseUrl, size);
    await person.signIn();
    await person.image('1-list');
    await person.newProject();
    await person.image('2-welcome');

    await person.say('2Dのシューティングゲームを作って');
    await person.page.evaluate(RECORD_STEPS);
    await person.showChat();
    await person.page.locator('#stopButton').waitFor();
    await person.page.locator('#liveBox').waitFor();
    await person.page.locator('.look summary').click();
    await person.page.locator('.style-card-chat').first().waitFor();
    await person.image('4-generating');
    await person.untilAnswered(1);
    // Bare time: the image is of a page at rest
    await person.page.waitForTimeout(500);
    await person.image('5-done');
    // Nothing is played in this app.stack.
    await expect
      .poll(() => person.page.evaluate('window.__steps'))
      .toEqual(['考える', '設計', 'つくる', '保存']);
    expect(await person.page.locator('.made-spending').allInnerTexts()).toEqual([
      expect.stringMatching(/^作成にかかった費用は約\$\d+\.\d\dです。$/),
    ]);
    const first = await codeOf(person);

    await person.showGame();
    await expect.poll(() => person.gameState()).toHaveProperty('score');
    await play(person);
    const played = await person.gameState();
    await person.image('6-playing');
    await person.page.click('#refreshPreviewButton');
    // Bare time: nobody plays for a moment
    await person.page.waitForTimeout(2_500);
    const untouched = await person.gameState();
    expect([played.score, played.playerX, played.state]).not.toEqual([
      untouched.score,
      untouched.playerX,
      untouched.state,
    ]);

    await person.showChat();
    await expect(person.page.locator('#projectTitle').textContent()).resolves.not.toBe(
      '新しいゲーム',
    );
    await person.say('敵を青にして');
    await person.untilAnswered(2);
    expect(await codeOf(person)).not.toBe(first);
    await person.image('7-edited');

    await person.showGame();
    await person.page.click('#versionsButton');
    await expect.poll(() => person.page.locator('.version-item').count()).toBe(2);
    await person.image('8-versions');
    await compareVersions(person, first);
    await person.page.locator('.version-item .restore-btn').click();
    await person.page.locator('dialog.confirm-card .button.primary').click();
    await person.page.locator('.message.system').last().waitFor({ state: 'attached' });
    await expect.poll(() => codeOf(person)).toBe(first);
    await person.image('9-restored');
    expect(person.complaints).toEqual([]);
    await person.leave();
  });
});

/** A dialog has come to rest, and its games have drawn. */
// Bare time: only images depend on it
const ANIMATED_MS = 1_000;

/** From the panel of versions: what differs, and the first version beside the current one. */
async function compareVersions(person: Person, first: string): Promise<void> {
  const { page } = person;
  await page.locator('.version-item .difference-btn').click();
  await page.locator('.changes-dialog .diff-line.added').first().waitFor();
  await page.waitForTimeout(ANIMATED_MS);
  await person.image('8-difference');
  await page.keyboard.press('Escape');
  await page.locator('.version-item .trial-btn').click();
  const address = await page.locator('.trial-side iframe').first().getAttribute('src');
  const old = await page.request.get(new URL(address ?? '', page.url()).href);
  expect(await old.text()).toContain(first.slice(first.indexOf('<title>'), first.length / 2));
  await page.frameLocator('.trial-side iframe').first().locator('canvas').first().waitFor();
  await page.waitForTimeout(ANIMATED_MS);
  await person.image('8-trial');
  await page.keyboard.press('Escape');
}

/** What a page may weigh. */
const FIRST_PAGE_BYTES = 44 * 1_024;
const LIST_BYTES = 90 * 1_024;
const EDITOR_BYTES = 160 * 1_024;
/** early.js, the texts, the page's module and the chunk that it shares with what comes later. */
const EDITOR_SCRIPTS = 4;

it('sends a phone no more script than it needs, one language, no sign-in library', async () => {
  const person = await Person.arrive(app.browser, app.stack.baseUrl, 'phone');
  await person.signIn();
  await person.newProject();
  const context = await app.browser.newContext({
    ...SIZES.phone,
    locale: 'ja-JP',
    storageState: await person.context.storageState(),
    serviceWorkers: 'block',
  });
  const list = await scriptsOf(
    context,
    `${app.stack.baseUrl}/create`,
    '#createProjectButton:enabled',
  );
  const editor = await scriptsOf(context, person.page.url(), '#chatInput:enabled');
  const stranger = await app.browser.newContext({ ...SIZES.phone, locale: 'ja-JP' });
  const first = await scriptsOf(stranger, app.stack.baseUrl, '#wishInput');
  await stranger.close();
  for (const { names } of [first, list, editor]) {
    expect(names).toContain('ja.js');
    expect(names).not.toContain('en.js');
    expect(names).not.toContain('supabase.min.js');
  }
  expect(editor.names.filter((name) => name.startsWith('on-demand'))).toEqual([]);
  expect(editor.names.length).toBeLessThanOrEqual(EDITOR_SCRIPTS);
  expect(first.bytes).toBeLessThanOrEqual(FIRST_PAGE_BYTES);
  expect(list.bytes).toBeLessThanOrEqual(LIST_BYTES);
  expect(editor.bytes).toBeLessThanOrEqual(EDITOR_BYTES);
  await context.close();
  await person.leave();
});

inFullRuns('screens/trouble stops a job, ws/jobs has what is heard and left', () => {
  it('停止 ends it at once, once in the chat, and the next message works', async () => {
    const person = await Person.arrive(app.browser, app.stack.baseUrl, 'phone');
    await person.signIn();
    await person.newProject();
    await person.wish('2Dのキャッチゲームを作って');
    await person.page.locator('#stopButton').click();
    await person.page
      .locator('.message.system', { hasText: '停止しました。ゲームは何も変わっていません。' })
      .waitFor();
    await person.page.locator('#stopButton').waitFor({ state: 'hidden' });
    // Bare time: time to be told a second time.
    await person.page.waitForTimeout(500);
    expect(await person.page.locator('.message.system', { hasText: '停止しました' }).count()).toBe(
      1,
    );
    await person.image('10-stopped');
    await person.makeGame('2Dのジャンプゲームを作って');
    expect(person.complaints).toEqual([]);
    await person.leave();
  });
});

inFullRuns('screens/trouble reloads in the middle of a job, too', () => {
  it('a reload shows the job running and its end; a second tab hears it too', async () => {
    const person = await Person.arrive(app.browser, app.stack.baseUrl, 'phone');
    await person.signIn();
    await person.newProject();
    await person.makeGame();
    await person.say('もっと速くして');
    await person.page.locator('#stopButton').waitFor();
    const second = await person.context.newPage();
    person.watch(second);
    await Promise.all([second.goto(person.page.url()), person.page.reload()]);
    for (const page of [person.page, second]) await page.locator('#stopButton').waitFor();
    for (const page of [person.page, second]) {
      await page.locator('#stopButton').waitFor({ state: 'hidden', timeout: patient(60_000) });
      await expect.poll(() => page.locator('.message.assistant').count()).toBeGreaterThanOrEqual(2);
    }
    expect(person.complaints).toEqual([]);
    await person.leave();
  });

  it('A2: what was chosen is still there after a reload, and can be changed', async () => {
    const person = await Person.arrive(app.browser, app.stack.baseUrl, 'desktop');
    await person.signIn();
    await person.newProject();
    await person.say('3Dのボール転がしゲームを作って');
    await person.page.locator('.look').waitFor();
    await person.page.reload();
    await person.page.locator('.look', { hasText: '3D' }).waitFor();
    await person.untilAnswered(1);
    await person.page.locator('.look summary').click();
    await person.page.locator('.style-card-chat[data-style-id=neon]').click();
    await person.untilAnswered(2);
    await person.page.locator('.look', { hasText: 'ネオン' }).waitFor();
    // Bare time: the image is of a game that has begun
    await person.page.waitForTimeout(1_500);
    await person.image('11-3d');
    expect(person.complaints).toEqual([]);
    await person.leave();
  });
});
