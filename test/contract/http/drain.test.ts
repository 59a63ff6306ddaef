import { afterAll, beforeAll, expect, it } from 'vitest';
import { startDatabase, type TestDatabase } from '../../support/database.js';
import { patient } from '../../support/patience.js';
import { ask, startApi } from './api-process.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await startDatabase();
});
afterAll(() => database.stop());

it('O4: an API that is told to stop is not ready first, and serves on for that pause', async () => {
  const api = await startApi({
    ...database.config,
    DATA_DIR: '/nonexistent',
    CALLBACK_SECRET: 'a secret for tests with thirty-two characters',
    TEMPORAL_ADDRESS: '127.0.0.1:9',
    DRAIN_MS: String(patient(3_000)),
  });
  const ready = async (): Promise<unknown> => (await ask(api.port, '/api/ready')).json();
  expect(await ready()).not.toHaveProperty('stopping');
  const stopped = api.stop();
  await expect.poll(() => api.output()).toContain('api is stopping');
  expect(await ready()).toMatchObject({ ready: false, stopping: true });
  expect((await ask(api.port, '/api/health')).status).toBe(200);
  await stopped;
  expect(await api.exited).toBe(0);
  await expect(ask(api.port, '/api/health')).rejects.toThrow('ECONNREFUSED');
});
