import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { PROJECT_ROOT } from '../../../src/config.js';
import { errorText } from '../../../src/contracts/messages/message.js';
import { Listener } from '../../support/listener.js';
import { patient } from '../../support/patience.js';
import { createLog } from '../../../src/telemetry/log.js';
import { createStore, type StoreConfig } from '../../../src/store/index.js';
import { startStack, type Stack } from '../../support/stack.js';
import { createUser } from '../../support/users.js';

let stack: Stack;
// The budget covers one run at a time: what the first one really costs leaves too little for a
// second one.
beforeAll(async () => {
  stack = await startStack({
    env: { DEMO_SECONDS: '2', BUDGET_DAILY_USD: '2', CLAUDE_MAX_BUDGET_USD: '2' },
  });
});
afterAll(() => stack.stop());

describe('a message beyond the budget of the day', () => {
  it('fails at once in plain words; game, questions, versions go on; usage tells why', async () => {
    const user = await createUser(stack.env);
    const listener = new Listener(stack.baseUrl, user.accessToken);
    await listener.open();
    const projectId = await listener.createProject();
    listener.say('2Dのキャッチゲームを作って');
    await expect(listener.untilEnd()).resolves.toMatchObject({ type: 'completed' });

    const from = listener.frames.length;
    listener.say('背景を夜空にして');
    await expect(listener.until(({ type }) => type === 'failed', from)).resolves.toMatchObject({
      error: errorText('SPENDING_LIMIT_EXCEEDED'),
    });
    expect(listener.frames.slice(from).some(({ type }) => type === 'stream')).toBe(false);

    const asked = listener.frames.length;
    listener.say('どんなゲームですか？');
    await expect(listener.until(({ type }) => type === 'completed', asked)).resolves.toMatchObject({
      result: { mode: 'chat' },
    });
    const game = await fetch(
      `${stack.baseUrl}/game/${user.id}/${projectId}/index.html?access_token=${user.accessToken}`,
    );
    expect(game.status).toBe(200);
    expect(await game.text()).toContain('gameLoaded');
    listener.close();

    const { stdout } = await promisify(execFile)(
      process.execPath,
      [path.join(PROJECT_ROOT, 'bin', 'dreamcore.js'), 'usage', '--env-file', '/dev/null'],
      {
        env: { PATH: process.env['PATH'], DATA_DIR: stack.dataDir, BUDGET_DAILY_USD: '2' },
      },
    );
    expect(stdout).toMatch(
      new RegExp(
        `^\\d{4}-\\d\\d-\\d\\d  local +${user.email.replaceAll('.', '\\.')} +1 ` +
          // To read the message that was refused cost something, and not its maker.
          '+\\$0\\.\\d+ +\\$0\\.00 +\\$0\\.0100$',
        'm',
      ),
    );
    expect(stdout).toMatch(/^Today \$\d.* of \$2\.00 \(BUDGET_DAILY_USD\)/m);

    // The rounds of the night and of every few minutes are there, and do their work.
    const store = createStore(stack.env as unknown as StoreConfig, createLog('test'));
    expect(await store.alerts.standing('budgetUsedUp')).toEqual(['today']);
    await store.alerts.raise({
      kind: 'budgetNear',
      key: 'today',
      message: 'of yesterday',
      details: {},
    });
    const connection = await Connection.connect({ address: stack.env['TEMPORAL_ADDRESS'] ?? '' });
    const client = new Client({ connection });
    for (const round of ['watchVolumes', 'watchSpending'])
      await client.schedule.getHandle(round).trigger();
    await expect
      .poll(() => store.alerts.standing('budgetNear'), { timeout: patient(45_000) })
      .toEqual([]);
    expect(await store.alerts.standing('budgetUsedUp'), 'it still is').toEqual(['today']);
    await connection.close();
  });
});
