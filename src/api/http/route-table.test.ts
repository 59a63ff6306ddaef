import { Router } from 'express';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../../config.js';
import { HTTP_ROUTES } from '../../contracts/http-routes/index.js';
import { createLog } from '../../telemetry/log.js';
import { checkRouteTable } from './route-table.js';
import { assembleApi } from '../server.js';

const CONFIG = parseConfig({
  SUPABASE_URL: 'http://127.0.0.1:9',
  SUPABASE_ANON_KEY: 'anon',
  SUPABASE_SERVICE_ROLE_KEY: 'service',
  CALLBACK_SECRET: 'a secret for tests with thirty-two characters',
  TEMPORAL_ADDRESS: '127.0.0.1:9',
  DATA_DIR: '/nowhere',
});

describe('the table of routes', () => {
  const assembled: ReturnType<typeof assembleApi>[] = [];
  let app: ReturnType<typeof assembleApi>['app'];
  beforeEach(() => {
    const api = assembleApi(CONFIG, createLog('api'));
    assembled.push(api);
    app = api.app;
  });
  afterAll(() => Promise.all(assembled.map(({ connection }) => connection.close())));

  it('holds every route that answers, and no other one', () => {
    expect(() => checkRouteTable(app)).not.toThrow();
    expect(HTTP_ROUTES.length).toBeGreaterThan(50);
  });

  it('refuses a route without a row', () => {
    app.use(Router().post('/api/unlisted', (_req, res) => void res.end()));
    expect(() => checkRouteTable(app)).toThrow('POST /api/unlisted has no row');
  });

  it('refuses a route whose guard is not that of its row', () => {
    app.get('/api/projects', (_req, res) => void res.end());
    expect(() => checkRouteTable(app)).toThrow(
      'GET /api/projects is guarded as none, its row says user',
    );
  });

  it('refuses a row that no route answers', () => {
    app.router.stack = [];
    expect(() => checkRouteTable(app)).toThrow('GET /api/health is not mounted');
  });

  it('refuses a router whose routes lack the beginning of their addresses', () => {
    app.use(
      '/api/elsewhere',
      Router().get('/health', (_req, res) => void res.end()),
    );
    expect(() => checkRouteTable(app)).toThrow('mounted at /api/elsewhere');
  });
});
