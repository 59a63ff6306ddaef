import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { backendActivities } from '../../../src/activities/shared/accounts/backend.js';
import { startDatabase, type TestDatabase } from '../../support/database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(async () => {
  await database.stop();
});
beforeEach(async () => {
  await database.sql('delete from public.backend_state');
});

const table = () => database.store.backendState;
const bringProbeNear = () =>
  database.sql(`update public.backend_state set probe_at = now() - interval '1 second'`);

describe('G1: the row that says where work is done', () => {
  it('is not there until a worker has Modal, and is started by one of them only', async () => {
    expect(await table().read()).toBeNull();
    const started = await Promise.all(['one', 'two', 'three'].map((by) => table().start(by)));
    expect(new Set(started.map(({ updatedBy }) => updatedBy)).size).toBe(1);
    expect(await table().read()).toMatchObject({
      switch: 'modal',
      sharePercent: 100,
      breaker: 'closed',
    });
  });

  it('a start never moves a switch that somebody has moved', async () => {
    await table().setSwitch({ to: 'local', by: 'operator' });
    expect(await table().start('worker')).toMatchObject({ switch: 'local' });
    expect(await table().read()).toMatchObject({ switch: 'local', updatedBy: 'operator' });
  });

  it('keeps the share when only the switch is moved', async () => {
    await table().setSwitch({ to: 'modal', sharePercent: 25, by: 'a' });
    await table().setSwitch({ to: 'local', by: 'b' });
    expect(await table().setSwitch({ to: 'modal', by: 'c' })).toMatchObject({
      switch: 'modal',
      sharePercent: 25,
      updatedBy: 'c',
    });
    await expect(
      table().setSwitch({ to: 'modal', sharePercent: 101, by: 'd' }),
    ).rejects.toMatchObject({ kind: 'ValueRefused' });
  });

  it(
    'tells exactly one of many reports that it opened the ' + 'breaker, and one that it closed it',
    async () => {
      await table().start('worker');
      const opened = await Promise.all(
        Array.from({ length: 5 }, () =>
          table().reportBreaker({ state: 'open', reason: 'refused' }),
        ),
      );
      expect(opened.filter(Boolean)).toHaveLength(1);
      expect(await table().read()).toMatchObject({
        breaker: 'open',
        breakerReason: 'refused',
        switch: 'modal',
      });
      const closed = await Promise.all(
        Array.from({ length: 5 }, () => table().reportBreaker({ state: 'closed' })),
      );
      expect(closed.filter(Boolean)).toHaveLength(1);
      expect(await table().read()).toMatchObject({
        breaker: 'closed',
        breakerReason: null,
        breakerOpenedAt: null,
        probeAt: null,
      });
    },
  );

  it('lets one caller at a time try whether an open breaker may close again', async () => {
    await table().start('worker');
    expect(await table().claimProbe()).toBe(false);
    await table().reportBreaker({ state: 'open', reason: 'down' });
    expect(await table().claimProbe()).toBe(false);
    await bringProbeNear();
    const claims = await Promise.all(Array.from({ length: 5 }, () => table().claimProbe()));
    expect(claims.filter(Boolean)).toHaveLength(1);
    await bringProbeNear();
    await table().reportBreaker({ state: 'open', reason: 'still down' });
    expect(await table().claimProbe()).toBe(false);
    expect(await table().read()).toMatchObject({ breakerReason: 'still down' });
  });

  it("is the server's own: users neither read nor move it", async () => {
    await table().start('worker');
    const user = await database.createUser('someone');
    const headers = {
      apikey: database.config.SUPABASE_ANON_KEY,
      authorization: `Bearer ${user.accessToken}`,
      'content-type': 'application/json',
      prefer: 'return=representation',
    };
    const url = `${database.config.SUPABASE_URL}/rest/v1/backend_state`;
    expect(await (await fetch(url, { headers })).json()).toEqual([]);
    const moved = await fetch(`${url}?is_only_row=eq.true`, {
      method: 'PATCH',
      headers,
      body: JSON.stringify({ switch: 'local' }),
    });
    expect(await moved.json()).toEqual([]);
    expect(await table().read()).toMatchObject({ switch: 'modal' });
  });
});

describe('G1: the choice before a step', () => {
  const WITH_MODAL = { USE_MODAL: undefined, MODAL_TOKEN_ID: 'id', MODAL_TOKEN_SECRET: 'secret' };
  const choose = (config: Parameters<typeof backendActivities>[0]['config'] = WITH_MODAL) =>
    backendActivities({ config, store: database.store }).chooseBackend({
      jobId: randomUUID(),
      userId: randomUUID(),
      projectId: randomUUID(),
    });

  it(
    'starts the row at Modal, follows the switch at once, and USE_MODAL=false whatever the ' +
      'switch says',
    async () => {
      expect(await choose({ ...WITH_MODAL, USE_MODAL: false })).toMatchObject({ backend: 'local' });
      expect(await table().read()).toBeNull();
      expect(await choose()).toMatchObject({ backend: 'modal', hasVolumes: true });
      expect(await choose({ ...WITH_MODAL, USE_MODAL: false })).toEqual({
        backend: 'local',
        reason: 'USE_MODAL=false',
        hasVolumes: false,
      });
      await table().setSwitch({ to: 'local', by: 'ops' });
      expect(await choose()).toMatchObject({
        backend: 'local',
        reason: 'switched to local by ops',
        hasVolumes: true,
      });
    },
  );

  it('of many steps that meet an open breaker, one tries whether Modal is back', async () => {
    await table().start('worker');
    await table().reportBreaker({ state: 'open', reason: 'down' });
    expect(await choose()).toMatchObject({ backend: 'local', reason: 'breaker open: down' });
    await bringProbeNear();
    const choices = await Promise.all(Array.from({ length: 6 }, () => choose()));
    expect(choices.filter(({ backend }) => backend === 'modal')).toHaveLength(1);
  });
});
