import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { GAME_HTML } from '../../../fakes/fake-store.js';
import { leave, newcomer, seen, seenDialog, type Chapter, type Walk } from './walk.js';

const notice = (
  id: string,
  type: string,
  icon: string,
  title: string,
  message: string,
): object => ({
  id,
  type,
  icon,
  title,
  message,
  read: icon === 'success',
  createdAt: new Date(Date.now() - 3_600_000).toISOString(),
});
const NOTICES = [
  notice('1', 'project', 'success', 'ゲームを公開しました', '「星よけ」は誰でも遊べます。'),
  notice('2', 'system', 'warning', 'お知らせ', '明日の朝、少しのあいだ止まります。'),
];

/** The way of a game to its players. */
export const publishing: Chapter = async (walk) => {
  const { session, size } = walk;
  const project = session.api.store.addGame('宇宙シューティング');
  project.draft = { title: '星のおさんぽ', description: '', howToPlay: '', tags: ['星'] };
  const address = `/publish.html?id=${project.id}`;
  const page = await session.at(size, address);
  await seen(walk, page, 'publish', '#submitButton:enabled');
  await page.locator('[data-field=title]').click();
  await page.locator('[data-field=title].has-offer').click();
  await seen(walk, page, 'publish, words by AI', '.publish-offer:not([hidden])');
  const image = {
    create: { width: 640, height: 480, channels: 3, background: '#2266aa' },
  } as const;
  await page.setInputFiles('.thumbnail-actions input[type=file]', {
    name: 'image.png',
    mimeType: 'image/png',
    buffer: await sharp(image).png().toBuffer(),
  });
  await seen(walk, page, 'publish, crop', '.crop-dialog[open]');
  await page.locator('.crop-footer .primary').click();
  await page.locator('.thumbnail-stage img').waitFor();
  await page.click('#videoButton');
  await seen(walk, page, 'publish, video', '.video-stage .video-elapsed');
  for (const action of session.api.publishing.actions.values()) action.state = 'cancelled';
  await page.waitForSelector('#videoButton:enabled');
  await page.click('#submitButton');
  await page.waitForURL(/\/game\.html\?id=/);
  await seen(walk, page, 'published', '.share-sheet[open]');
  // It opened by itself: there is nothing to give the focus back to.
  await page.keyboard.press('Escape');
  await page.waitForSelector('.share-sheet', { state: 'detached' });
  await page.goto(session.api.url + address);
  await seen(walk, page, 'publish again', '#publishedNote:not([hidden])');
  await seenDialog(walk, page, 'share sheet', '#shareButton', '.share-link');
  await seenDialog(walk, page, 'withdraw', '#publishedNote button', '.primary');
  project.takenDown = { reason: '盗用の申し立て', at: '2026-11-28T10:00:00Z' };
  await page.reload();
  await seen(walk, page, 'publish, taken down', '#takenDownNote:not([hidden])');
};

function publish({ session }: Walk, title: string): string {
  const { store } = session.api;
  const project = store.addProject({ name: title, html: GAME_HTML(title) });
  const card = Object.assign(store.addPublished(title), {
    playUrl: `/game/anybody/${project.id}/index.html`,
    description: '銀河を駆けるシューティング。敵弾をよけて進もう。',
    howToPlay: '左右スワイプで移動',
    tags: ['宇宙'],
  });
  return card.id;
}

/** Games of everybody: found, swiped through, played, also by guests. */
export const playing: Chapter = async (walk) => {
  const { session, size } = walk;
  const page = await session.at(size, '/discover');
  await seen(walk, page, 'discover, empty', '.list-state');
  await page.goto(`${session.api.url}/zap/00000000-0000-4000-8000-000000000000`);
  await seen(walk, page, 'reel, empty', '.reel .list-state');
  const [first = ''] = ['星よけ', 'ねこの国', 'いぬの国'].map((title) => publish(walk, title));
  await page.goto(`${session.api.url}/discover`);
  await seen(walk, page, 'discover', '.project-card');
  await page.fill('#feedSearch', 'zzz');
  await seen(walk, page, 'discover, nothing found', '.list-state');
  await page.goto(`${session.api.url}/zap/${first}`);
  await seen(walk, page, 'reel', `.slide[data-id="${first}"] .slide-start`);
  await seenDialog(walk, page, 'about a game', '.slide:not([inert]) .rail-action >> nth=3');
  await seenDialog(walk, page, 'share a game', '.slide:not([inert]) .rail-action >> nth=2');
  await page.locator('.slide:not([inert]) .slide-start').click();
  await seen(walk, page, 'reel, playing', '.slide.is-playing');
  await guestPlays(walk, first);
};

async function guestPlays(walk: Walk, id: string): Promise<void> {
  const { session, size } = walk;
  const page = await session.page(size);
  await page.goto(`${session.api.url}/game.html?id=${id}`);
  await seen(walk, page, 'play', '#infoButton:not([hidden])');
  await seenDialog(walk, page, 'like as a guest', '#likeButton', '.primary');
  await seenDialog(walk, page, 'remix as a guest', '#remixButton', '.primary');
  await page.goto(`${session.api.url}/game.html?id=00000000-0000-4000-8000-000000000000`);
  await seen(walk, page, 'play, gone', '#stage:not([aria-busy])');
}

/** Who one is, what one is told, and pages beside the way. */
export const aboutMe: Chapter = async (walk) => {
  const { session, size } = walk;
  const page = await session.at(size, '/mypage');
  await seen(walk, page, 'my page, empty', '#collection[aria-busy="false"]');
  for (const name of ['星のおさんぽ', '宇宙シューティング', 'Snake'])
    session.api.store.addProject({ name, isPublic: name === 'Snake' });
  await page.reload();
  await seen(walk, page, 'my page', '.case-link');
  await seenDialog(walk, page, 'my name', '#editProfileButton:enabled');
  await seenDialog(walk, page, 'sign out everywhere', '#signOutEverywhereButton:enabled');
  await seenDialog(walk, page, 'delete my account', '#deleteAccountButton:enabled');
  await page.goto(`${session.api.url}/notifications`);
  await seen(walk, page, 'notifications, none', '#noticeList:not([aria-busy]) .list-state');
  await page.route('**/api/notifications', (route) =>
    route.fulfill({ json: { notifications: NOTICES } }),
  );
  await page.reload();
  await seen(walk, page, 'notifications', '.notice');
  await page.goto(`${session.api.url}/no/such/page`);
  await seen(walk, page, 'not found', 'main a[href="/discover"]');
  await page.goto(`${session.api.url}/offline.html`);
  await seen(walk, page, 'offline', '#againButton');
  await page.goto(`${session.api.url}/design-preview.html`);
  await seen(walk, page, 'design preview', '.swatches li');
};

/** The page of operators. */
export const operators: Chapter = async (walk) => {
  const { ops, url } = walk.session.api;
  const nobody = await walk.session.at(walk.size, '/ops');
  await seen(walk, nobody, 'operators only', '.list-state');
  ops.isOperator = true;
  ops.addJob();
  ops.addJob({ state: 'failed', failure: 'RunTimedOut', backend: 'modal', step: null });
  ops.addJob({ state: 'completed', kind: 'renderVideo', step: null, email: null, user_id: null });
  ops.addGame('星よけ');
  const page = await newcomer(walk);
  await page.goto(`${url}/ops`);
  await seen(walk, page, 'operators, jobs', '.ops-row');
  if (walk.size === 'phone') {
    await page.locator('.ops-filter-box summary').click();
    await seen(walk, page, 'operators, filters', '#filter-state');
  }
  await page.locator('.ops-row').first().click();
  await seen(walk, page, 'operators, a job', 'dialog[open] .ops-acts');
  await seenDialog(walk, page, 'operators, a reason', '.ops-acts .button', '#opsReason');
  await leave(page);
  await views(walk, page);
};

async function views(walk: Walk, page: Page): Promise<void> {
  for (const [view, ready] of [
    ['health', '.ops-chart'],
    ['games', '.ops-game'],
  ] as const) {
    await page.click(`[data-view="${view}"]`);
    await seen(walk, page, `operators, ${view}`, ready);
  }
  await page.locator('.ops-game .button').first().click();
  await page.fill('#opsReason', '盗用の申し立て');
  await page.keyboard.press('Enter');
  await page.locator('dialog[open]').waitFor({ state: 'detached' });
  await page.click('[data-view="audit"]');
  await seen(walk, page, 'operators, audit', '.ops-entry');
}
