import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../src/config.js';
import { patient } from '../support/patience.js';
import { BrowserStack } from './browser-stack.js';
import { Person } from './person.js';

/** A maker publishes his game on a phone; a stranger without an account plays it. */
const app = new BrowserStack({ env: { VIDEO_SECONDS: '1', VIDEO_SCALE: '0.25' } });

describe("from the publish page to a stranger's phone", () => {
  it("a game goes out in the AI's words, is played, liked, on the shelf, taken back", async () => {
    const maker = await Person.arrive(app.browser, app.stack.baseUrl, 'phone');
    await maker.signIn();
    await maker.newProject();
    await maker.makeGame();
    const projectId = new URL(maker.page.url()).pathname.split('/')[2] ?? '';

    await maker.page.goto(`${app.stack.baseUrl}/publish.html?id=${projectId}`);
    await expect
      .poll(() => maker.page.inputValue('#description'), { timeout: patient(30_000) })
      .toMatch(/DEMO/);
    await expect.poll(() => maker.page.locator('.publish-tags li').count()).toBeGreaterThan(2);
    await maker.page.setInputFiles(
      '.thumbnail-actions input[type=file]',
      path.join(PROJECT_ROOT, 'docs/editor.png'),
    );
    await maker.page.locator('.crop-dialog[open]').waitFor();
    await maker.image('crop');
    const uploaded = maker.page.waitForResponse(/\/upload-thumbnail$/);
    await maker.page.click('.crop-footer .primary');
    expect((await uploaded).status()).toBe(200);
    await maker.page.locator('.thumbnail-stage img').waitFor();
    await maker.page.fill('#title', '星のおさんぽ');
    await maker.page.locator('#saveState', { hasText: '保存済み' }).waitFor();
    await maker.page.click('#videoButton');
    await maker.page
      .locator('.video-stage', { hasText: /動画を生成中... \d+%/ })
      .waitFor({ timeout: patient(60_000) });
    await maker.page.locator('.video-stage video').waitFor({ timeout: patient(120_000) });
    await expect
      .poll(() =>
        maker.page.evaluate<number | null>('document.querySelector(".video-stage video").duration'),
      )
      .toBeCloseTo(1, 0);
    await maker.image('publish');
    await maker.page.click('#submitButton');
    await maker.page.waitForURL(/\/game\.html\?id=/, { timeout: patient(60_000) });

    const stranger = await Person.arrive(app.browser, app.stack.baseUrl, 'phone');
    await stranger.page.goto(`${app.stack.baseUrl}/discover`);
    await stranger.image('discover');
    await stranger.page
      .locator('.project-card', { hasText: '星のおさんぽ' })
      .locator('img')
      .waitFor();
    await stranger.page.click('.project-card a');
    await stranger.page.locator('#playTitle', { hasText: '星のおさんぽ' }).waitFor();
    await stranger.image('reel');
    await stranger.page.click('.slide-start');
    await stranger.page
      .frameLocator('.is-playing iframe')
      .locator('canvas')
      .first()
      .waitFor({ timeout: patient(30_000) });
    await stranger.image('reel-playing');
    const id = new URL(stranger.page.url()).pathname.split('/')[2];
    await stranger.page.goto(`${app.stack.baseUrl}/game.html?id=${id}`);
    await stranger.page.locator('#playTitle', { hasText: '星のおさんぽ' }).waitFor();
    const game = await (await stranger.page.locator('.play-frame').elementHandle())?.contentFrame();
    await game
      ?.locator('canvas')
      .first()
      .waitFor({ timeout: patient(30_000) });
    // Both bars are on the screen, the game between them.
    expect((await stranger.page.locator('#shareButton').boundingBox())?.y).toBeGreaterThan(700);
    expect(game?.url()).toMatch(/\/game\/published\/[0-9a-f-]{36}\/[0-9a-f]{40}\/index\.html$/);
    await stranger.image('play');
    const address = game?.url() ?? '';
    const direct = await stranger.page.context().newPage();
    await direct.goto(address);
    await direct.locator('header', { hasText: '星のおさんぽ' }).waitFor();
    await direct
      .frameLocator('iframe')
      .locator('canvas')
      .first()
      .waitFor({ timeout: patient(30_000) });
    await stranger.image('direct', direct);
    await direct.getByText('DreamCore で開く').click();
    await direct.waitForURL(/\/play\/[0-9a-f-]{36}$/);
    await direct.close();
    await stranger.page.click('#infoButton');
    await stranger.page.locator('.play-info', { hasText: 'DEMO' }).waitFor();

    await maker.page.click('#likeButton');
    await maker.page.locator('#likeButton[aria-pressed="true"]', { hasText: '1' }).waitFor();

    await maker.page.goto(`${app.stack.baseUrl}/notifications`);
    await maker.page.locator('.notice.unread', { hasText: '星のおさんぽ' }).waitFor();
    await maker.image('notifications');
    await maker.page.click('#readAllButton');
    await expect.poll(() => maker.page.locator('.notice.unread').count()).toBe(0);

    await maker.page.click('.nav-mypage');
    await maker.page.waitForURL(/\/mypage$/);
    const shelved = maker.page.locator(`.case[data-id="${projectId}"]`);
    await shelved.locator('.public-badge').waitFor();
    await expect
      .poll(() =>
        maker.page.evaluate<number>('document.querySelector(".case img")?.naturalWidth ?? 0'),
      )
      .toBeGreaterThan(0);
    expect(await maker.page.innerText('#profileName')).toBe('テスト 太郎');
    await maker.page.click('#editProfileButton');
    await maker.page.fill('#profileNameInput', '星野 ひかり');
    await maker.page.click('.confirm-card button[type=submit]');
    await maker.page.locator('.toast.success').waitFor();
    await maker.image('mypage');
    await maker.page.reload();
    await maker.page.locator('#profileName', { hasText: '星野 ひかり' }).waitFor();
    await stranger.page.reload();
    await stranger.page.click('#infoButton');
    await stranger.page.locator('.play-info', { hasText: 'by 星野 ひかり' }).waitFor();
    await maker.page.click('.nav-create');
    await maker.page.locator(`.project-card[data-id="${projectId}"]`).waitFor();

    await maker.page.goto(`${app.stack.baseUrl}/publish.html?id=${projectId}`);
    await maker.page.locator('#publishedNote button').click();
    await maker.page.locator('.confirm-card button[type=submit]').click();
    await maker.page.locator('#publishedNote').waitFor({ state: 'hidden' });
    await stranger.page.reload();
    await stranger.page.locator('#playState', { hasText: '見つかりませんでした' }).waitFor();
    // The page without a game is told so by the API.
    expect(
      [...maker.complaints, ...stranger.complaints].filter((line) => !/404/.test(line)),
    ).toEqual([]);

    // What could not be read is not said to be gone.
    await stranger.page.route('**/api/games/*', (route) => route.fulfill({ status: 503 }));
    await stranger.page.reload();
    await stranger.page.locator('#playState', { hasText: '読み込めませんでした' }).waitFor();
    await stranger.page.unroute('**/api/games/*');
    await stranger.page.click('#playState button');
    await stranger.page.locator('#playState', { hasText: '見つかりませんでした' }).waitFor();
    await Promise.all([maker.leave(), stranger.leave()]);
  });
});
