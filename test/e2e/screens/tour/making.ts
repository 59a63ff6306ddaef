import { message, paragraphs, render } from '../../../../src/contracts/messages/message.js';
import { progressOf } from '../../../fakes/fake-script.js';
import { STYLE_LISTS } from '../../../fakes/fake-styles.js';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { BROKEN_HTML } from '../../../fakes/fake-store.js';
import { say } from '../browser.js';
import { leave, seen, seenDialog, type Chapter, type Walk } from './walk.js';

/** So many that the list can be searched. */
const NAMES = [
  '星のおさんぽ',
  'とても長い名前のゲームでカードからはみ出しそうなもの',
  'Snake',
  ...['ねこの国', 'いぬの国', '迷路', '釣り', '玉転がし', 'Maze'],
];
const SETTINGS = [
  { kind: 'number', name: 'speed', label: '速さ', min: 1, max: 9, step: 1, value: 4 },
  { kind: 'color', name: 'sky', label: '空の色', value: '#27336b' },
  {
    kind: 'choice',
    name: 'level',
    label: '難しさ',
    options: ['やさしい', 'ふつう'],
    value: 'ふつう',
  },
  { kind: 'boolean', name: 'sound', label: '音', value: true },
];
/** What the work says until it has nothing more to say. */
const STEPS = [
  message('STEP_CHECKING'),
  message('STEP_DESIGNING'),
  message('STEP_WRITING_FILE', { file: 'index.html' }),
];

const LOOP = 'a'.repeat(64);
/** What a change has lost and changed, as its play has told it. */
const CHANGE = paragraphs([
  { text: '敵を`3種類`に増やしました。' },
  message('CHANGE_LOST', { lost: [{ kind: 'control', what: 'swipe left' }] }),
  message('CHANGE_RECEIPT', {
    changed: [
      { kind: 'count', what: 'state.enemies.length', from: 3, to: 9 },
      { kind: 'speed', what: 'state.enemy.x', ratio: 1.4 },
    ],
    same: ['score', 'ends', 'again'].map((kind) => ({ kind: kind as 'score', what: '' })),
    unseen: 2,
    loop: LOOP,
  }),
]);

/** The first page, the sign-in, and the list of one's games. */
export const list: Chapter = async (walk) => {
  const { session, size } = walk;
  const { store, url } = session.api;
  const guest = await session.page(size);
  await guest.goto(url);
  await seen(walk, guest, 'first page, no games', '.list-state');
  for (const title of NAMES) store.addPublished(title);
  await guest.reload();
  await seen(walk, guest, 'first page', '.project-card');
  store.games.length = 0;
  await guest.goto(`${url}/signin`);
  await seen(walk, guest, 'sign-in', '#googleSignInButton:enabled');
  await guest.goto(`${url}/create.html#error=access_denied&error_description=no`);
  await seen(walk, guest, 'sign-in refused', '#loginError:not([hidden])');
  const page = await session.signedIn(size);
  await seen(walk, page, 'list, empty', '.project-empty');
  for (const name of NAMES) store.addProject({ name });
  store.addProject({
    name: '宇宙シューティング',
    isPublic: true,
    publication: { visibility: 'public', isNewest: true },
  });
  await page.reload();
  await seen(walk, page, 'list', '.project-card');
  await seenDialog(walk, page, 'rename', '.project-card .icon-button >> nth=0');
  await seenDialog(walk, page, 'delete', '.project-card .icon-button >> nth=1');
  await page.fill('#projectSearch', 'zzz');
  await seen(walk, page, 'list, nothing found', '.list-state, .project-empty');
  session.api.isBroken = true;
  session.api.sockets.overrides.set('init', () => ({ type: 'error', message: 'no' }));
  await page.reload();
  await seen(walk, page, 'list, failed', '.list-state .button');
};

/** From a wish to work that goes on. */
export const newGame: Chapter = async (walk) => {
  const { session, size } = walk;
  const project = session.api.store.addProject();
  const page = await session.editor(size, project.id);
  await seen(walk, page, 'editor, new game', '.welcome');
  session.api.sockets.script = (turn) => {
    const job = turn.startJob();
    turn.emit({ type: 'started', job }, 0);
    const styles = STYLE_LISTS['2d'];
    const look = { dimension: '2d', styleId: 'sci_fi', styles, sketch: 'fishing@0' };
    for (const said of STEPS) turn.emit({ ...progressOf(job, 40, said), look });
    turn.emit({ type: 'stream', content: '<!doctype html>\n<canvas id="c"></canvas>\n' });
  };
  await say(page, '釣りゲームを作って');
  await page.locator('.look summary').click();
  await seen(walk, page, 'editor, styles', '.style-card-chat');
  await page.locator('.look summary').click();
  await page.locator('#streamingDetails summary').click();
  await seen(walk, page, 'editor, work goes on', '.live-steps [aria-current=step]');
  await page.route('**/sketch/**', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Sketch</title>' }),
  );
  await page.locator('.button:visible', { hasText: /スケッチで|a sketch/ }).click();
  await seen(walk, page, 'editor, a sketch', '#sketchFrame');
  if (size === 'phone') await page.click('#backToChatButton');
  session.api.sockets.goAway();
  await seen(walk, page, 'editor, no connection', '#connectionBanner:not([hidden])');
};

/** Two screens side by side that move, as the player makes them. */
function beforeAndAfter(): Promise<Buffer> {
  const frames = [60, 140, 220].map((y) =>
    Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" width="366" height="390">
        <rect width="180" height="390" fill="#101840"/><rect x="186" width="180" height="390"
        fill="#101840"/><circle cx="90" cy="${y}" r="24" fill="#ff3b30"/><circle cx="276"
        cy="${y * 1.4}" r="24" fill="#ffd60a"/></svg>`,
    ),
  );
  return sharp(frames, { join: { animated: true } })
    .webp({ delay: [300, 300, 300] })
    .toBuffer();
}

/** A game with a history: what was said, what one sees of it, and its versions. */
export const game: Chapter = async (walk) => {
  const { session, size } = walk;
  const project = session.api.store.addGame('宇宙シューティング');
  for (const version of project.versions) version.serial = version.ordinal;
  const receipt = { lost: 1, changed: 2, same: 3 };
  project.versions[0]!.play = { verdict: 'plays', findings: [], receipt, loop: LOOP };
  Object.assign(project.history.at(-1)!, { ...CHANGE, content: render(CHANGE) });
  const page = await session.editor(size, project.id);
  const body = await beforeAndAfter();
  await page.route('**/settings', (route) => route.fulfill({ json: { settings: SETTINGS } }));
  await page.route('**/screenshots/**', (route) =>
    route.fulfill({ contentType: 'image/webp', body }),
  );
  await session.reopen(page, project.id);
  await seen(walk, page, 'editor, chat', '.play-game-btn');
  await seenDialog(walk, page, 'changes', '.changes-btn', '.change-card');
  if (size === 'phone') await page.click('#playGameButton');
  await seen(walk, page, 'preview', '#gamePreview:not([hidden])');
  await page.click('#tuneButton');
  await seen(walk, page, 'settings of the game', '.tune-row');
  await page.locator('#tunePanel .tune-header .icon-button').click();
  await seenDialog(walk, page, 'code', '#viewCodeButton', '#codeViewerCode');
  await page.click('#versionsButton');
  await seen(walk, page, 'versions', 'dialog .version-item');
  await page.locator('.version-change summary').click();
  await seen(walk, page, 'versions, a change', '.version-change .change-loop');
  await page.locator('.version-change summary').click();
  await page.locator('.version-tools .icon-button').first().click();
  await seen(walk, page, 'version, its name', '.version-rename:not([hidden])');
  await page.keyboard.press('Escape');
  await seenDialog(walk, page, 'go back', '.restore-btn', '.primary');
  await seenDialog(
    walk,
    page,
    'version beside the current one',
    '.trial-btn',
    '.trial-side iframe',
  );
  await seenDialog(walk, page, 'difference', '.difference-btn', '.change-card');
  await leave(page);
  await publishingBroken(walk, project.id);
};

/** A game that does not run, and a change of it that fails. */
async function publishingBroken(walk: Walk, projectId: string): Promise<void> {
  const { session, size } = walk;
  const project = session.api.store.projects.get(projectId);
  if (project) project.html = BROKEN_HTML;
  const newest = project?.versions[0];
  if (newest) newest.play = { verdict: 'broken', findings: [] };
  const page = await session.editor(size, projectId);
  if (size === 'phone') await page.click('#playGameButton');
  await seen(walk, page, 'errors of a game', '#errorPanel:not([hidden])');
  if (size === 'phone') await page.click('#backToChatButton');
  await seenDialog(walk, page, 'publish a broken game', '#publishButton');
  session.api.sockets.script = (turn) => {
    turn.startJob();
    turn.emit({ type: 'failed', job: turn.project.job, error: 'spawn ENOENT' });
  };
  await say(page, '敵を増やして');
  await seen(walk, page, 'editor, failed', '.message.error');
}

/** Something of one's own in a game. */
export const assets: Chapter = async (walk) => {
  const { session, size } = walk;
  const project = session.api.store.addGame('宇宙シューティング');
  const image = await sharp({
    create: { width: 80, height: 40, channels: 3, background: '#0a7d4b' },
  })
    .png()
    .toBuffer();
  session.api.assets.add('ship.png', project.id, image);
  session.api.assets.add('音.mp3', null, Buffer.alloc(4), 'audio/mpeg');
  const page = await session.editor(size, project.id);
  const open = async (button: string): Promise<void> => {
    if (size === 'phone') await page.click('#plusButton');
    await page.click(button);
  };
  if (size === 'phone') {
    await page.click('#plusButton');
    await seen(walk, page, 'plus menu', '#assetMenu.is-open');
    await page.keyboard.press('Escape');
  }
  await open('#imageGenButton');
  await seen(walk, page, 'image by AI', 'dialog[open] #imagePrompt');
  await page.fill('#imagePrompt', 'ドットの剣');
  await page.click('.image-form .primary');
  await seen(walk, page, 'image by AI, made', '.image-stage img');
  await page.click('.image-actions .primary');
  await seen(walk, page, 'attachment', '.attached');
  await open('#assetsButton');
  await page.locator('.asset-tab-button').nth(1).click();
  await seen(walk, page, 'upload', 'dialog[open] .asset-tab:not([hidden])');
  await page.locator('.asset-tab-button').first().click();
  await page.locator('.asset-card', { hasText: 'ship.png' }).click();
  await seen(walk, page, 'assets', '.asset-card[aria-pressed="true"]');
  await seenDialog(walk, page, 'delete an asset', '.asset-footer .icon-button', '.confirm-actions');
  await imageEditor(walk, page);
  await leave(page);
};

async function imageEditor(walk: Walk, page: Page): Promise<void> {
  await page.click('.asset-edit');
  await seen(walk, page, 'image editor', '.edit-stage canvas');
  for (const [tool, screen] of [
    ['crop', 'image editor, crop'],
    ['resize', 'image editor, resize'],
  ] as const) {
    await page.click(`[data-tool=${tool}]`);
    await seen(walk, page, screen, '.edit-form');
    await page.locator('.edit-form .button').first().click();
  }
  await leave(page);
}
