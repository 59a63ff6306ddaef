import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isPublishCheck, PUBLISH_CHECK_HEADER } from '../../../contracts/base/signatures.js';
import { createLog } from '../../../telemetry/log.js';
import { createFileObjectStore } from '../../../objects/file-object-store.js';
import { createStore } from '../../../store/index.js';
import { createVersions } from '../../../versions/kept/versions.js';
import { createAssets } from '../../../objects/assets.js';
import { createPublishedCopies, hashOfFiles } from '../../../versions/kept/published-copies.js';
import { publishingActivities } from './publishing.js';
import { parsePublishInfo } from './publishing-info.js';
import { fileFolder } from '../../../../test/support/own-folder.js';

const GAME = '0f8fad5b-d9cb-469f-a165-70867728950e';
const REVISION = 'a'.repeat(40);
const SECRET = 'a secret for tests with thirty-two characters';
const FILES = [
  { path: 'index.html', bytes: Buffer.from('ゲーム') },
  { path: 'a/b.png', bytes: Buffer.from([0, 255]) },
];

const dataDir = fileFolder();
let server: Server;
let answer: RequestListener;
beforeAll(async () => {
  server = createServer((req, res) => answer(req, res));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
});
afterAll(async () => {
  server.close();
});

/** Serves the copy as it is, or changed. */
const served =
  (change: (bytes: Buffer) => Buffer): RequestListener =>
  (req, res) => {
    const file = FILES.find(
      ({ path: name }) => req.url === `/game/published/${GAME}/${REVISION}/${name}`,
    );
    const isAllowed = isPublishCheck(SECRET, GAME, REVISION, req.headers[PUBLISH_CHECK_HEADER]);
    res.statusCode = file && isAllowed ? 200 : 404;
    res.end(file && isAllowed ? change(file.bytes) : '');
  };

describe('the check of a copy at its public address', () => {
  const check = async (): Promise<void> => {
    const config = {
      PUBLIC_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      GAMES_ORIGIN: undefined,
      PUBLISH_CHECK_SECRET: SECRET,
    };
    const log = createLog('test');
    const store = createStore(
      { SUPABASE_URL: config.PUBLIC_URL, SUPABASE_ANON_KEY: 'a', SUPABASE_SERVICE_ROLE_KEY: 'b' },
      log,
    );
    const objects = createFileObjectStore(dataDir);
    const copies = createPublishedCopies(objects);
    await copies.write(GAME, REVISION, FILES);
    const versions = createVersions(objects, store.revisions);
    const deps = { config, store, versions, copies, assets: createAssets(objects), log };
    await publishingActivities(deps).checkCopy({
      gameId: GAME,
      revision: REVISION,
      contentHash: hashOfFiles(FILES),
    });
  };

  it('is content when every byte is served', async () => {
    answer = served((bytes) => bytes);
    await expect(check()).resolves.toBeUndefined();
  });

  it.each<[string, RequestListener]>([
    ['one changed byte', served((bytes) => Buffer.concat([bytes, Buffer.from(' ')]))],
    [
      'a missing file',
      (req, res) => {
        if (req.url?.endsWith('b.png')) {
          res.statusCode = 404;
          res.end();
        } else served((bytes) => bytes)(req, res);
      },
    ],
    [
      'a redirect',
      (_req, res) => {
        res.writeHead(302, { location: '/' }).end();
      },
    ],
    [
      'an answer that breaks off',
      (_req, res) => {
        res.writeHead(200, { 'content-length': 10 });
        res.write('x');
        res.destroy();
      },
    ],
  ])('refuses %s', async (_, listener) => {
    answer = listener;
    await expect(check()).rejects.toMatchObject({ kind: 'PublishCheckFailed' });
  });
});

describe('what the model says about a game', () => {
  const whole = {
    title: '題',
    description: '説明',
    howToPlay: '指で',
    tags: ['#星', '宇宙', '宇宙', ''],
  };

  it('is taken out of whatever surrounds it, cut to the limits of the page', () => {
    expect(
      parsePublishInfo(`はい。\n${JSON.stringify({ ...whole, title: '題'.repeat(80) })}\n以上`),
    ).toEqual({
      title: '題'.repeat(50),
      description: '説明',
      howToPlay: '指で',
      tags: ['星', '宇宙'],
    });
  });

  it('takes what a model wrote as a row can hold it', () => {
    const info = parsePublishInfo(JSON.stringify({ ...whole, title: 'a\0b\ud800', tags: ['c\0'] }));
    expect(info).toMatchObject({ title: 'ab\ufffd', tags: ['c'] });
  });

  it.each([
    ['ごめんなさい', 'Failed to parse AI response'],
    ['{"title": ', 'Failed to parse AI response'],
    ['{title}', 'Failed to parse JSON'],
    [JSON.stringify({ ...whole, title: '' }), 'Failed to parse JSON'],
    [JSON.stringify({ ...whole, tags: 'x' }), 'Failed to parse JSON'],
    ['{"a":1}', 'Failed to parse JSON'],
  ])("%s is refused with V2's literal and the words themselves", (text, literal) => {
    expect(() => parsePublishInfo(text)).toThrow(
      expect.objectContaining({
        kind: 'ModelAnswerInvalid',
        message: `${literal}\n${text}`,
      }) as Error,
    );
  });
});
