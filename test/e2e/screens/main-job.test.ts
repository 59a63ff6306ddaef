import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { mainJob } from '../../fakes/fake-script.js';
import { TESTED_SIZES } from '../sizes.js';
import { BrowserSession, say, texts, until } from './browser.js';
import { inFullRuns } from '../../scope.js';

let session: BrowserSession;
beforeAll(async () => {
  session = await BrowserSession.open();
});
afterAll(() => session.close());
beforeEach(() => session.clear());

const STREAMED = 'requestAnimationFrame(draw);\n  }\n</script>';

describe.each(TESTED_SIZES)('the main job on %s', (size) => {
  it('goes from an idea over a live stream to a game that runs, and is asked nothing', async () => {
    const { id } = session.api.store.addProject();
    const page = await session.editor(size, id);
    await say(page, '魚を釣るシンプルなゲームを作って');
    await page.waitForSelector('#stopButton:visible');
    await expect.poll(() => page.innerText('#sendButton')).toBe('次に作る');
    expect(await page.isHidden('#streamingText')).toBe(true);
    await page.click('#streamingDetails summary');
    await until(
      page,
      `document.querySelector('#streamingText').textContent.includes(${JSON.stringify(STREAMED)})`,
    );
    expect(await page.innerText('#streamingStatus')).toMatch(/^(処理中\.\.\. \d+%|完了)$/);

    await page.waitForSelector('.play-game-btn');
    expect(session.api.sockets.lastOf('message')).toMatchObject({ skipStyleSelection: true });
    expect(await page.locator('.message.assistant ul').count()).toBe(1);
    await page.click('.play-game-btn');
    await page.waitForSelector('.game-status.good');
    expect(await page.frameLocator('#gamePreview').locator('h1').innerText()).toBe(
      '銀河シューター',
    );
    await until(page, "document.title === '銀河シューター - ゲームクリエイター'");
    if (size === 'phone') await page.click('#backToChatButton');
    expect(await page.innerText('.look summary')).toMatch(/2D・SF/);
    await page.click('.look summary');
    expect(await page.locator('.style-card-chat').count()).toBe(19);
    await page.click('.style-card-chat[data-style-id="paper"]');
    expect(session.api.sockets.lastOf('message')).toMatchObject({
      content: '見た目を「ペーパークラフト」にして',
      selectedStyle: { dimension: '2d', styleId: 'paper' },
    });
    await page.waitForSelector('.look summary:has-text("2D・ペーパークラフト")');
    expect(await page.locator('.look').count()).toBe(1);
    expect(session.complaints).toEqual([]);
  });

  it('shows versions, restores one after the question, and says so', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    const page = await session.editor(size, project.id);
    if (size === 'phone') await page.click('#playGameButton');
    await page.click('#versionsButton');
    await page.waitForSelector('.version-item');
    expect(await texts(page, '.version-current')).toEqual(['現在']);
    await page.click('.version-item .restore-btn');
    const old = project.versions[1]?.id ?? '';
    expect(await page.innerText('.confirm-card')).toContain(`バージョン ${old} に戻しますか？`);
    await page.click('.confirm-card .button.primary');
    await page.waitForSelector('.versions-panel', { state: 'detached' });
    expect(await page.innerText('.toast')).toContain(`バージョン ${old} に戻しました`);
    await page.click('#versionsButton');
    await page.waitForSelector('.version-item');
    expect(await page.getAttribute('.version-item.current', 'data-version')).toBe(old);
    expect(session.complaints).toEqual([]);
  });
});

describe('the editor', () => {
  it('answers a question without starting the running game again', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    const page = await session.editor('desktop', project.id);
    await page.waitForSelector('.game-status.good');
    const games = () => session.api.requests.filter((request) => request.includes('/game/')).length;
    const before = games();
    await say(page, '敵は何種類いますか？');
    await page.waitForSelector('.message.assistant:has-text("敵は3種類います。")');
    await until(page, "document.querySelector('#liveBox').hidden");
    expect(games()).toBe(before);
    expect(await texts(page, '.suggestion-btn >> nth=-1')).toEqual(['難しくする']);
    await page.click('.suggestion-btn >> nth=-1');
    await page.click('.suggestion-btn:has-text("BGMを付ける")');
    expect(await page.inputValue('#chatInput')).toBe('難しくする、BGMを付ける');

    await say(page, 'もっと速くして');
    await page.waitForSelector('.message.assistant:has-text("もっと速く")');
    await expect.poll(games).toBe(before + 1);
  });

  it('goes back one version on the wish 戻して, and cancels it without the server', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    const page = await session.editor('desktop', project.id);
    await say(page, '前に戻して');
    await page.click('.restore-cancel-btn');
    expect((await texts(page, '.message.system')).at(-1)).toBe('キャンセルしました');
    await until(page, "document.querySelector('#liveBox').hidden");
    await say(page, '前に戻して');
    await page.click('.restore-confirm-btn:enabled');
    await page.waitForSelector('.message.system:has-text("に戻しました")');
    expect(session.api.sockets.lastOf('restoreVersion')).toMatchObject({
      versionId: project.versions[1]?.id,
    });
  });

  inFullRuns('accessible opens the changes of a game, ws/jobs has those of a job', () => {
    it('shows what changed: live by the frame, then by the version of the same time', async () => {
      const project = session.api.store.addGame('宇宙シューティング');
      session.api.store.projects.get(project.id)?.history.push({
        role: 'assistant',
        content: 'ただの答えです。',
        timestamp: new Date(Date.now() - 600_000).toISOString(),
      });
      const page = await session.editor('desktop', project.id);
      expect(await page.locator('.changes-btn').count()).toBe(2);
      await page.click('.changes-btn >> nth=1');
      await page.waitForSelector('.change-card');
      expect(session.api.sockets.lastOf('getVersionEdits')).toMatchObject({
        versionHash: project.versions[0]?.hash,
      });
      expect(await page.innerText('.changes-dialog')).toContain('spawn(enemies);');
      await page.keyboard.press('Escape');

      await say(page, 'もっと速くして');
      await page.click('.changes-btn >> nth=2');
      await page.waitForSelector('.change-card');
      expect(await page.innerText('.changes-dialog')).toContain('speed = 3');
    });
  });

  it('reads the code, copies it, and downloads the game under its name', async () => {
    const project = session.api.store.addGame('宇宙/シューティング');
    const page = await session.editor('desktop', project.id);
    await page.click('#viewCodeButton');
    expect(await page.innerText('#codeViewerCode')).toContain('<!doctype html>');
    await page.keyboard.press('Escape');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.click('#downloadButton'),
    ]);
    expect(download.suggestedFilename()).toBe('宇宙_シューティング.zip');
  });

  it('renames in place by Enter, leaves by Escape, restores the name when refused', async () => {
    const project = session.api.store.addGame('古い名前');
    const page = await session.editor('desktop', project.id);
    await page.click('#projectTitle');
    await page.keyboard.type('途中');
    await page.keyboard.press('Escape');
    expect(await page.innerText('#projectTitle')).toBe('古い名前');
    await page.click('#projectTitle');
    await page.keyboard.type('新しい名前');
    await page.keyboard.press('Enter');
    await expect.poll(() => project.name).toBe('新しい名前');
    session.api.sockets.overrides.set('renameProject', () => ({
      type: 'error',
      message: 'Access denied',
    }));
    await page.click('#projectTitle');
    await page.keyboard.type('だめな名前');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.toast.error');
    expect(await page.innerText('#projectTitle')).toBe('新しい名前');
  });

  it('repairs a failing game: short line, folded details; phones show the chat', async () => {
    const { BROKEN_HTML } = await import('../../fakes/fake-store.js');
    const project = session.api.store.addGame('宇宙シューティング');
    project.html = BROKEN_HTML;
    const page = await session.editor('phone', project.id);
    await page.click('#playGameButton');
    await page.waitForSelector('#errorPanel:visible');
    expect(await page.innerText('#errorPanel')).toContain('player is not defined');
    expect(await page.innerText('#gameStatus')).toBe('1件のエラー');
    await page.click('.auto-fix-btn');
    await page.waitForSelector('#chatInput:visible');
    const sent = session.api.sockets.lastOf('message');
    expect(sent).toMatchObject({ autoFix: true });
    expect(sent?.['content']).toContain('[error] Uncaught ReferenceError: player is not defined');
    expect((await texts(page, '.message.user')).at(-1)).toMatch(
      /^ゲームのエラーを自動修正してください/,
    );
  });

  it('listens to the game alone: a message from elsewhere changes nothing', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    const page = await session.editor('desktop', project.id);
    await page.waitForSelector('.game-status.good');
    await page.evaluate(
      "postMessage({ type: 'gameError', errors: [{ type: 'error', message: 'forged' }] }, '*')",
    );
    // Bare time: time to be shown, which it must not
    await page.waitForTimeout(100);
    expect(await page.isHidden('#errorPanel')).toBe(true);
    expect(await page.getAttribute('#gamePreview', 'sandbox')).toBe(
      'allow-scripts allow-pointer-lock',
    );
  });

  it('does not send the Enter of a conversion, sends the next; Shift+Enter breaks', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    const page = await session.editor('desktop', project.id);
    await page.focus('#chatInput');
    await page.keyboard.type('てき');
    await page.evaluate(
      "document.querySelector('#chatInput').dispatchEvent(new KeyboardEvent('keydown', { " +
        "key: 'Enter', isComposing: true, bubbles: true, cancelable: true }))",
    );
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('を増やして');
    expect(session.api.sockets.lastOf('message')).toBeUndefined();
    await page.keyboard.press('Enter');
    await expect
      .poll(() => session.api.sockets.lastOf('message')?.['content'])
      .toBe('てき\nを増やして');
    expect(await page.inputValue('#chatInput')).toBe('');
  });

  inFullRuns('ws/jobs has one job for one message', () => {
    it('sends a hasty double tap once', async () => {
      const project = session.api.store.addGame('宇宙シューティング');
      const page = await session.editor('phone', project.id);
      session.api.sockets.script = async (turn) => {
        await turn.wait(300);
        await mainJob(turn);
      };
      await page.fill('#chatInput', '敵を増やして');
      await page.dblclick('#sendButton');
      await page.waitForSelector('.live-step:has-text("送信しています")');
      await page.waitForSelector('#stopButton:visible');
      expect(session.api.sockets.received.filter(({ type }) => type === 'message')).toHaveLength(1);
    });
  });
});

it('says what it makes before anything is written, beside the text, also reloaded', async () => {
  const { id } = session.api.store.addProject();
  const page = await session.editor('phone', id);
  session.api.sockets.script = (turn) => {
    const job = turn.startJob();
    turn.emit({ type: 'started', job }, 0);
    turn.emit({ type: 'stream', content: '猫が屋根を跳びます。\n\n' }, 0);
    turn.emit({ type: 'stream', content: '<html>' });
  };
  await say(page, '2Dの猫のゲームを作って');
  const brief = '.live-brief:visible:has-text("つくるもの"):has-text("猫が屋根を跳びます。")';
  await page.waitForSelector(brief);
  await until(page, "document.querySelector('#streamingText').textContent === '<html>'");
  await page.reload();
  await page.waitForSelector(brief);
  await until(page, "document.querySelector('#streamingText').textContent === '<html>'");
});
