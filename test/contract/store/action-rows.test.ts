import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ActionEnd } from '../../../src/contracts/rows/actions.js';
import type { ErrorKind } from '../../../src/contracts/base/errors.js';
import { errorText } from '../../../src/contracts/messages/message.js';
import {
  actionActivities,
  type ActionRowDeps,
} from '../../../src/activities/shared/jobs/action-rows.js';
import { startDatabase, type TestDatabase } from '../../support/database.js';

/** What the first step of an action says of its row. */
let database: TestDatabase;
let userId: string;

beforeAll(async () => {
  database = await startDatabase();
  userId = await database.newUserId();
});
afterAll(() => database.stop());

const NOBODY_CANCELS = {} as ActionRowDeps['client'];
const alerts: string[] = [];
const activities = () =>
  actionActivities({
    store: database.store,
    client: NOBODY_CANCELS,
    alerts: { raise: ({ key }) => Promise.resolve(void alerts.push(key)) },
  });
const open = (actionId: string, projectId: string | null = null) =>
  activities().openAction({ ...{ actionId, userId, projectId }, kind: 'removeBackground' });

describe('H1: the same action again', () => {
  it('is opened as before while its row is open', async () => {
    const id = randomUUID();
    expect([await open(id), await open(id)]).toEqual(['opened', 'opened']);
  });

  it.each<[string, (id: string) => Promise<unknown>, ActionEnd]>([
    [
      'completed',
      (id) => database.store.actions.complete(id, { url: '/a.png' }),
      { ended: 'completed', result: { url: '/a.png' } },
    ],
    [
      'failed',
      (id) => database.store.actions.fail(id, '×', { kind: 'CutoutFailed', detail: 'no subject' }),
      { ended: 'failed', kind: 'CutoutFailed', detail: 'no subject' },
    ],
    ['cancelled', (id) => database.store.actions.cancel(id), { ended: 'cancelled' }],
  ])('is answered its end when it has %s, so that nothing is done', async (_how, end, expected) => {
    const id = randomUUID();
    await open(id);
    await end(id);
    expect(await open(id)).toEqual(expected);
  });

  it("is denied for another user's project", async () => {
    expect(await open(randomUUID(), randomUUID())).toBe('denied');
  });
});

describe('a failed action', () => {
  it.each<[ErrorKind, string[]]>([
    ['DiskFull', ['DiskFull']],
    ['CutoutFailed', []],
  ])('says %s in its row, and is an alert where the policy says so', async (kind, expected) => {
    const actionId = randomUUID();
    await open(actionId);
    alerts.length = 0;
    const failing = { actionId, kind, detail: '' };
    expect(await activities().failAction(failing)).toBe(true);
    const error = errorText(kind);
    expect(await database.store.actions.get(actionId)).toMatchObject({ error });
    expect(alerts).toEqual(expected);
  });
});
