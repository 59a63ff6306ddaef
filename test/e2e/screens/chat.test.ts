import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { message, paragraphs, render } from '../../../src/contracts/messages/message.js';
import { TESTED_SIZES } from '../sizes.js';
import { patient } from '../../support/patience.js';
import { BrowserSession, say, texts, until } from './browser.js';

/** What stands in the chat, what is live in it, and what is seen of it. */
let session: BrowserSession;
beforeAll(async () => {
  session = await BrowserSession.open();
});
afterAll(() => session.close());
beforeEach(() => session.clear());

/** Is the newest bubble of this kind within what the list shows? */
const isSeen = (selector: string) => `(() => {
  const list = document.querySelector('#chatMessages').getBoundingClientRect();
  const bubble = [...document.querySelectorAll('${selector}')].at(-1)?.getBoundingClientRect();
  return bubble !== undefined && bubble.bottom <= list.bottom + 1 && bubble.top < list.bottom - 20;
})()`;

describe.each(TESTED_SIZES)('the chat on %s', (size) => {
  it('shows the message just sent, wherever one had scrolled', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    for (let turn = 1; turn <= 12; turn += 1)
      session.api.store.addTurn(project, `お願い${turn}`, `${turn}番目の答えです。`);
    const page = await session.editor(size, project.id);
    session.api.sockets.script = (turn) => void turn.startJob();
    await page.evaluate("document.querySelector('#chatMessages').scrollTop = 0");
    // Bare time: the page hears that somebody scrolled
    await page.waitForTimeout(100);
    await say(page, '敵を増やして');
    await page.waitForSelector('#stopButton:visible');
    await expect.poll(() => page.evaluate(isSeen('.message.user'))).toBe(true);
    // Who then reads what was said before is left alone.
    await page.evaluate("document.querySelector('#chatMessages').scrollTop = 0");
    // Bare time: the page hears that somebody scrolled
    await page.waitForTimeout(100);
    await page.click('#streamingDetails summary');
    // Bare time: time to scroll, which it must not
    await page.waitForTimeout(200);
    expect(await page.evaluate("document.querySelector('#chatMessages').scrollTop")).toBe(0);
  });
});

it('reaches what was said before the newest lines, also from the keyboard', async () => {
  const project = session.api.store.addGame('宇宙シューティング');
  project.history.length = 0;
  for (let turn = 1; turn <= 60; turn += 1)
    session.api.store.addTurn(project, `お願い${turn}番`, `${turn}番目の答えです。`);
  const page = await session.editor('desktop', project.id);
  const first = page.locator('.message.user').first();
  const button = page.getByRole('button', { name: '以前の会話を読み込む' });
  await button.focus();
  expect(await first.innerText()).toBe('お願い36番');
  await page.keyboard.press('Enter');
  await expect.poll(() => first.innerText()).toBe('お願い11番');
  expect(await page.evaluate('document.activeElement.className')).toContain('earlier-lines');
  await page.keyboard.press('Enter');
  await expect.poll(() => first.innerText()).toBe('お願い1番');
  expect(await page.locator('.message.user').count()).toBe(60);
  expect(await button.count()).toBe(0);
  expect(await page.evaluate('document.activeElement.id')).toBe('chatMessages');
});

describe('the chat', () => {
  it('shows the suggestions of a new game at once, not after a reload', async () => {
    const { id } = session.api.store.addGame('宇宙シューティング');
    const page = await session.editor('desktop', id);
    session.api.sockets.script = (turn) => {
      const job = turn.startJob();
      turn.emit({ type: 'geminiCode', mode: 'edit', edits: [], suggestions: ['音を付ける'] });
      turn.emit({ type: 'completed', job, result: { message: '速くしました。' } });
    };
    await say(page, 'もっと速くして');
    await page.click('.message.assistant:has-text("速くしました") .suggestion-btn');
    expect(await page.inputValue('#chatInput')).toBe('音を付ける');
  });

  it('says notes in the language of the screen, beside what the model said', async () => {
    const notes = [
      message('SPRITES_MISSING', { missing: 1, total: 3 }),
      message('GAME_UNPLAYED'),
      message('GAME_FAULTY', { faults: ['deaf', 'dead-end'] }),
      message('GAME_MENDED', { faults: ['blank'] }),
      message('CHECKS_UNMET', { checks: ['Three lives', 'A boss'] }),
      message('LOOKS_LEFT', { places: ['The score'] }),
    ];
    const said = paragraphs([{ text: 'A shooter.' }, ...notes]);
    const { id } = session.api.store.addGame('宇宙シューティング');
    const page = await session.editor('desktop', id);
    session.api.sockets.script = (turn) => {
      const job = turn.startJob();
      turn.emit({ type: 'completed', job, result: { message: render(said, 'en') }, ...said });
    };
    await say(page, 'Make a shooter');
    const bubble = await page.innerText('.message.assistant:has-text("A shooter.")');
    for (const note of notes) {
      expect(bubble).toContain(render(note, 'ja'));
      expect(bubble).not.toContain(render(note, 'en'));
    }
  });

  it('P4: says first what a change has lost, and shows it before and after', async () => {
    const lost = message('CHANGE_LOST', { lost: [{ kind: 'again', what: '' }] });
    const receipt = message('CHANGE_RECEIPT', {
      changed: [{ kind: 'speed', what: 'state.enemy', ratio: 1.4 }],
      same: [{ kind: 'score', what: '' }],
      loop: 'a'.repeat(64),
    });
    const said = paragraphs([
      { text: '速くしました。' },
      lost,
      receipt,
      { text: '提案: 音を付ける' },
    ]);
    const project = session.api.store.addGame('宇宙シューティング');
    session.api.sockets.script = (turn) => {
      const job = turn.startJob();
      turn.emit({ type: 'completed', job, result: { message: render(said) }, ...said });
    };
    const page = await session.editor('phone', project.id);
    await say(page, 'もっと速くして');
    const bubble = page.locator('.message.assistant').last();
    const retry = bubble.getByRole('button', { name: '再試行' });
    await retry.waitFor();
    expect(await bubble.locator('figcaption button').count()).toBe(1);
    expect((await bubble.innerText()).split('\n').filter(Boolean)).toEqual([
      render(lost).slice(1, -1),
      '速くしました。',
      ...['変わったところ', 'enemyの速さ ×1.4', '前と同じ', '得点'],
      ...['再試行', '前', '後', '音を付ける'],
      ...['ゲームを遊ぶ', 'みんなに見せる'],
    ]);
    const stage = bubble.locator('.change-loop-stage');
    await retry.scrollIntoViewIfNeeded();
    const before = await stage.boundingBox();
    await page.route('**/screenshots/*', (route) =>
      route.fulfill({ path: 'public/images/icon-512.png' }),
    );
    await retry.click();
    // Motion is not wanted here: it stands still until it is asked for.
    await bubble.getByRole('button', { name: '前と後の動きを再生' }).click();
    await bubble.getByRole('img', { name: '変更の前 | 後' }).waitFor();
    expect(await stage.boundingBox()).toEqual(before);
    expect(session.complaints.filter((line) => !line.includes('404'))).toEqual([]);
  });

  it.each([
    ['phone', 'chatMessages'],
    ['desktop', 'chatInput'],
  ] as const)('hands the keyboard on on %s where a control goes out of use', async (size, next) => {
    const page = await session.editor(size, session.api.store.addProject().id);
    const press = async (selector: string) => {
      await page.focus(selector);
      await page.keyboard.press('Enter');
    };
    const focused = () => page.evaluate('document.activeElement.id');
    await page.fill('#chatInput', '釣りゲームを作って');
    await press('#sendButton');
    await page.waitForSelector('.look');
    expect(await focused()).toBe(next);
    await press('.look summary');
    await page.waitForSelector('#stopButton', { state: 'hidden' });
    await press('.style-card-chat[data-style-id=neon]');
    await page.waitForSelector('#stopButton:visible');
    await until(page, "document.querySelectorAll('.look').length === 1");
    expect(await focused()).toBe('chatMessages');
  });

  it('unfolds the looks of a game from their beginning', async () => {
    const page = await session.editor('phone', session.api.store.addProject().id);
    await page.fill('#chatInput', '釣りゲームを作って');
    await page.click('#sendButton');
    await page.waitForSelector('.message.assistant .play-game-btn', { state: 'attached' });
    if (await page.isVisible('#backToChatButton')) await page.click('#backToChatButton');
    await page.click('.look summary');
    const topOf = async (part: string) => (await page.locator(part).boundingBox())?.y ?? 0;
    const below = async () => (await topOf('.look summary')) - (await topOf('#chatMessages'));
    await expect.poll(below).toBeGreaterThanOrEqual(0);
    await expect.poll(below).toBeLessThan(150);
  });

  it('sends a failed message again from its bubble, once, as it was', async () => {
    const { id } = session.api.store.addGame('宇宙シューティング');
    const page = await session.editor('phone', id);
    const { mainJob } = await import('../../fakes/fake-script.js');
    session.api.sockets.script = (turn) => {
      turn.startJob();
      turn.emit({ type: 'failed', job: turn.project.job, error: 'spawn ENOENT' });
    };
    await say(page, 'もっと速くして');
    await page.waitForSelector('.message.error .link-button:has-text("再試行")');
    session.api.sockets.script = mainJob;
    await page.click('.message.error .link-button');
    await page.waitForSelector('.message.assistant:has-text("もっと速く")');
    const sent = session.api.sockets.received.filter(({ type }) => type === 'message');
    expect(sent.map(({ content }) => content)).toEqual(['もっと速くして', 'もっと速くして']);
    expect(sent[0]?.['messageId']).not.toBe(sent[1]?.['messageId']);
    expect(await page.inputValue('#chatInput')).toBe('');
    expect(await page.locator('.message.error .link-button').count()).toBe(0);
  });

  it('keeps 再試行 in the bubble of a failed message over a reload', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    const content = 'もっと速くして';
    project.history.push({ role: 'user', content, timestamp: new Date().toISOString() });
    project.lastFailure = { jobId: randomUUID(), error: 'spawn ENOENT', content };
    const page = await session.editor('phone', project.id);
    await page.waitForSelector('.message.user:has-text("もっと速くして") + .message.error');
    project.lastFailure = null;
    await page.click('.message.error .link-button:has-text("再試行")');
    await page.waitForSelector('.message.assistant:has-text("もっと速く")');
    expect(await page.locator('.message.error .link-button').count()).toBe(0);
  });

  it('says after a reload that the game went back to an earlier version', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    const page = await session.editor('desktop', project.id);
    await page.click('#versionsButton');
    await page.click('.version-item .restore-btn');
    await page.click('.confirm-card .button.primary');
    const line = `バージョン ${project.versions[1]?.id} に戻しました`;
    await page.waitForSelector(`.message.system:has-text("${line}")`);
    await page.reload();
    await page.waitForSelector(`.message.system:has-text("${line}")`);
    expect(await texts(page, '.message.system span')).toEqual([line]);
  });

  it('tells the errors of a game in plain words, with the place and the raw line', async () => {
    const { BROKEN_HTML } = await import('../../fakes/fake-store.js');
    const project = session.api.store.addGame('宇宙シューティング');
    project.html = BROKEN_HTML;
    const page = await session.editor('desktop', project.id);
    await page.waitForSelector('#errorPanel:visible');
    const panel = await page.innerText('.error-list');
    expect(panel).toContain('「player」が用意されていません');
    expect(panel).toContain('ファイル: index.html 5行目');
    expect(panel).not.toMatch(/File:|Line:/);
  });

  it('names a zip as the game, joined emoji and all', async () => {
    const project = session.api.store.addGame('👨‍👩‍👧‍👦家族/ゲーム❤️');
    const page = await session.editor('desktop', project.id);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.click('#downloadButton'),
    ]);
    expect(download.suggestedFilename()).toBe('👨家族_ゲーム❤.zip');
  });

  it('has two lines where two notices have one text', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    const page = await session.editor('phone', project.id);
    const notice = (timestamp: string): void =>
      session.api.sockets.push(project.id, {
        ...{ type: 'chatLine', projectId: project.id, role: 'assistant' },
        ...{ content: '作り直しました', timestamp },
      });
    notice('2026-01-01T00:00:00.000Z');
    notice('2026-01-01T00:05:00.000Z');
    notice('2026-01-01T00:05:00.000Z');
    session.api.sockets.push(project.id, {
      ...{ type: 'chatLine', projectId: project.id, role: 'user', content: 'ここまで' },
      timestamp: '2026-01-01T00:06:00.000Z',
    });
    await expect.poll(() => texts(page, '.message.user')).toContain('ここまで');
    const made = (await texts(page, '.message.assistant')).filter((each) => /作り直し/.test(each));
    expect(made).toHaveLength(2);
  });
});

describe('a network that dies', () => {
  it('is noticed at once when the browser says so, else by the heartbeat', async () => {
    const { id } = session.api.store.addGame('宇宙シューティング');
    const page = await session.editor('phone', id);
    await page.context().setOffline(true);
    await page.waitForSelector('#connectionBanner:not([hidden])');
    await page.context().setOffline(false);
    await page.waitForSelector('#connectionBanner', { state: 'hidden' });

    await page.clock.install();
    await session.reopen(page, id);
    const inits = () => session.api.sockets.received.filter(({ type }) => type === 'init').length;
    const before = inits();
    session.api.sockets.deafTo.add('ping');
    await page.clock.runFor(16_000);
    await expect.poll(() => session.api.sockets.lastOf('ping')).toBeDefined();
    await page.clock.runFor(3_000);
    await expect.poll(inits, { timeout: patient(4_000) }).toBe(before + 1);
    await until(page, "document.querySelector('#chatInput').disabled === false");
  });
});

describe('two messages of the same words', () => {
  it('are two lines where the second has a job of its own, with no answer between', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    session.api.sockets.script = (turn) => {
      const { job } = turn.project;
      if (job === null) return void turn.startJob();
      turn.emit({ type: 'cancelled', job });
      turn.startJob();
    };
    const page = await session.editor('phone', project.id);
    const said = () => page.locator('.message.user:has-text("もっと速くして")').count();
    await say(page, 'もっと速くして');
    await page.waitForSelector('#stopButton:visible');
    await say(page, 'もっと速くして');
    await page.waitForSelector('.message.system:has-text("停止しました")');
    await expect.poll(said).toBe(2);
  });
});

describe.each(TESTED_SIZES)('Q3: what is said while a game is made, on %s', (size) => {
  it('stands below the work in order, here and after a reload, and can be taken out', async () => {
    const project = session.api.store.addGame('宇宙シューティング');
    session.api.sockets.script = (turn) => {
      if (turn.frame['queue'] !== true) throw new Error('queues are shown here');
      if (turn.project.job === null) return void turn.startJob();
      const [jobId, content] = [randomUUID(), turn.content];
      const queue = (turn.project.queue ??= []);
      queue.push({ jobId, content });
      const { job } = turn.project;
      turn.reply({
        ...{ type: 'jobStarted', job, isExisting: true, queued: true },
        ...{ jobId, place: queue.length },
      });
    };
    const page = await session.editor(size, project.id);
    await say(page, '敵を増やして');
    await page.waitForSelector('#stopButton:visible');
    const waiting = () => page.locator('#queue li').allInnerTexts();
    for (const words of ['速くして', '赤くして', '音を消して']) {
      await say(page, words);
      await expect.poll(waiting).toContain(words);
    }
    expect(await waiting()).toEqual(['速くして', '赤くして', '音を消して']);
    expect(await page.innerText('#queue [role="status"]')).toContain('3件');
    expect((await texts(page, '.message.user')).at(-1)).toBe('敵を増やして');

    await page.reload();
    await expect.poll(waiting).toHaveLength(3);
    await page.getByRole('button', { name: '取り消す: 速くして' }).focus();
    await page.keyboard.press('Enter');
    await expect.poll(waiting).toEqual(['赤くして', '音を消して']);
    expect(session.api.sockets.lastOf('cancel')).toMatchObject({
      jobId: project.queue?.[0]?.jobId,
    });
    expect(await page.evaluate('document.activeElement.ariaLabel')).toBe('取り消す: 赤くして');

    // Its turn has come, as another tab would hear it.
    const next = session.api.store.openJob(project);
    const projectId = project.id;
    session.api.sockets.push(projectId, { type: 'queueChanged', projectId, queue: [] });
    session.api.sockets.push(projectId, {
      ...{ type: 'chatLine', projectId, role: 'user', content: '赤くして' },
      timestamp: new Date().toISOString(),
    });
    await expect.poll(() => page.isVisible('#queue')).toBe(false);
    await expect.poll(() => texts(page, '.message.user')).toContain('赤くして');
    expect(next.status).toBe('pending');
  });
});
