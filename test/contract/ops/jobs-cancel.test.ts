import { Client, Connection, defaultPayloadConverter } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectWorkflowId } from '../../../src/contracts/base/ids.js';
import { WorkDetail } from '../../../src/contracts/rows/operators.js';
import { newPlayer, say } from '../../support/player.js';
import { createUser } from '../../support/users.js';
import { startStack, type Stack } from '../../support/stack.js';
import { patient } from '../../support/patience.js';
import { commandOn } from './command.js';

/** A game takes longer here than the commands that look at it. */
let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ env: { DEMO_SECONDS: '60' } });
});
afterAll(() => stack?.stop());

const WRITING = /writing index\.html, \d+ (?:KB|bytes), turn \d+/;

/** At the pending activity in Temporal, in `show` and on the page. */
async function saysWhatItDoes(projectId: string, id: string): Promise<void> {
  const pending = expect.poll(() => heartbeatOf(projectId), {
    timeout: patient(40_000),
    interval: 500,
  });
  await pending.toMatchObject({
    callId: `${id}.1`,
    doing: expect.stringMatching(WRITING) as string,
  });
  expect((await commandOn(stack)('show', id)).out).toMatch(
    new RegExp(`^doing +${WRITING.source}$`, 'm'),
  );
  const role = { app_metadata: { role: 'operator' } };
  const { accessToken } = await createUser(stack.env, 'operator', role);
  const headers = { authorization: `Bearer ${accessToken}` };
  const page = await fetch(`${stack.baseUrl}/api/ops/jobs/${id}`, { headers });
  expect(WorkDetail.parse(await page.json()).job.doing).toMatch(WRITING);
}

async function heartbeatOf(projectId: string): Promise<unknown> {
  const connection = await Connection.connect({ address: stack.env['TEMPORAL_ADDRESS'] ?? '' });
  try {
    const handle = new Client({ connection }).workflow.getHandle(projectWorkflowId(projectId));
    const { pendingActivities = [] } = (await handle.describe()).raw;
    const run = pendingActivities?.find(({ activityType }) => activityType?.name === 'runAgent');
    const [details] = run?.heartbeatDetails?.payloads ?? [];
    return details ? defaultPayloadConverter.fromPayload(details) : null;
  } finally {
    await connection.close();
  }
}

describe('F1, H2: an operator', () => {
  it('reads what a job does, and stops it as its owner does; an ended one says so', async () => {
    const dreamcore = commandOn(stack);
    const player = await newPlayer(stack);
    const id = await say(player);
    await saysWhatItDoes(player.projectId, id);
    const open = await dreamcore('jobs', '--user', player.user.id, '--state', 'open', '--json');
    expect(JSON.parse(open.out)).toMatchObject([{ id }]);
    expect(await dreamcore('cancel', id)).toMatchObject({ code: 0, out: `Cancelled: ${id}.\n` });
    await player.listener.until(({ type }) => type === 'cancelled');
    expect((await dreamcore('cancel', id)).out).toBe(`It is cancelled: ${id}.\n`);
    const listed = await dreamcore('jobs', '--user', player.user.id, '--state', 'cancelled');
    expect(listed.out).toContain(id);
    player.listener.close();
  });
});
