import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { readdir } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { freshFolder } from '../../../test/support/own-folder.js';
import { originOf } from '../../../test/support/own-server.js';
import { patient } from '../../../test/support/patience.js';
import { isUnavailable } from '../../contracts/base/errors.js';
import { readAll, type ObjectStore } from '../object-store.js';
import { createS3ObjectStore } from './object-store.js';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const folder = freshFolder();
const SECRET = 'a-secret-that-no-text-holds';

/** A store whose server gives these answers, the last of them to every further request. */
async function storeOn(
  answers: readonly Answer[],
  patience = { idleMs: patient(2_000), retryMs: patient(20_000) },
): Promise<{ store: ObjectStore; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)];
    asked.push(`${request.method} ${request.url}`);
    answer?.(request, response);
  });
  const endpoint = await originOf(server);
  const place = { region: 'eu-west-1', bucket: 'games', prefix: 'at/', isPathStyle: true };
  const access = { place: { ...place, endpoint }, accessKeyId: 'key', secretAccessKey: SECRET };
  return { store: createS3ObjectStore(access, { draftsDir: folder, patience }), asked };
}

const answers =
  (status: number, body = '', headers: Record<string, string> = {}): Answer =>
  (request, response) => {
    request
      .resume()
      .on('end', () =>
        response
          .writeHead(status, { 'Content-Length': Buffer.byteLength(body), ...headers })
          .end(body),
      );
  };
const refuses = (status: number, code: string): Answer =>
  answers(status, `<Error><Code>${code}</Code></Error>`);

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => null,
    (error: unknown) => error,
  );
}

it('asks again while the server fails, is busy or breaks off, until it answers', async () => {
  const breaksOff: Answer = (_request, response) => response.destroy();
  const { store, asked } = await storeOn([
    answers(503),
    answers(409),
    breaksOff,
    answers(200, 'abc'),
  ]);
  expect((await readAll(store, 'k'))?.toString()).toBe('abc');
  expect(asked).toEqual(Array.from({ length: 4 }, () => 'GET /games/at/k'));
});

it('sends the whole body of a stream again', async () => {
  const bodies: number[] = [];
  const counts =
    (status: number): Answer =>
    (request, response) => {
      let bytes = 0;
      request.on('data', (chunk: Buffer) => (bytes += chunk.length));
      request.on('end', () => {
        bodies.push(bytes);
        response.writeHead(status).end();
      });
    };
  const { store } = await storeOn([counts(500), counts(200)]);
  await store.put('k', Readable.from([Buffer.alloc(300_000), Buffer.alloc(1)]));
  expect(bodies).toEqual([300_001, 300_001]);
  expect(await readdir(folder)).toEqual([]);
});

it.each([
  ['refuses the keys', refuses(403, 'AccessDenied'), '403 AccessDenied'],
  ['has no such bucket', refuses(404, 'NoSuchBucket'), '404 NoSuchBucket'],
  ['is another server', answers(404, '<h1>Not found</h1>'), '404'],
  ['fails on', refuses(500, 'InternalError'), '500 InternalError'],
])('a store that %s is away and has not lost the object', async (_what, answer, words) => {
  const { store } = await storeOn([answer], { idleMs: patient(2_000), retryMs: 0 });
  const failure = await failureOf(store.get('k'));
  expect(isUnavailable(failure)).toBe(true);
  expect(String(failure)).toContain(words);
  expect(String(failure)).not.toContain(SECRET);
});

it('only the store itself says that an object is absent', async () => {
  const { store } = await storeOn([refuses(404, 'NoSuchKey')]);
  expect(await store.get('k')).toBeNull();
});

it('gives up a server that accepts and says nothing', async () => {
  const { store, asked } = await storeOn([() => undefined], { idleMs: 50, retryMs: 0 });
  expect(String(await failureOf(store.get('k')))).toContain('silent for 50 ms');
  expect(asked).toHaveLength(1);
});

it('a body that stops coming, or breaks off, is the failure of the store', async () => {
  const half: Answer = (_request, response) => {
    response.writeHead(200, { 'Content-Length': '10' }).write('12345');
  };
  const breaks: Answer = (_request, response) => {
    response.writeHead(200, { 'Content-Length': '10' }).write('12345', () => response.destroy());
  };
  for (const answer of [half, breaks]) {
    const { store } = await storeOn([answer], { idleMs: patient(100), retryMs: 0 });
    expect(isUnavailable(await failureOf(readAll(store, 'k')))).toBe(true);
  }
});

it.each([
  ['no length of a part', answers(200, '0123456789')],
  ['another part', answers(206, '0123', { 'Content-Range': 'bytes 0-3/10' })],
  ['a part that is too short', answers(206, '2', { 'Content-Range': 'bytes 2-2/10' })],
])('refuses %s', async (_what, answer) => {
  const { store } = await storeOn([answer]);
  expect(isUnavailable(await failureOf(store.range('k', 2, 4)))).toBe(true);
});

it.each([
  [507, ''],
  [400, 'QuotaExceeded'],
  [507, 'XMinioStorageFull'],
])('a bucket without space is a full disk: %i %s', async (status, code) => {
  const { store } = await storeOn([refuses(status, code)]);
  const failure = await failureOf(store.put('k', Buffer.from('x')));
  expect(failure).toMatchObject({ kind: 'DiskFull' });
});

it('a deletion that the server did not do throws', async () => {
  const failed =
    '<DeleteResult><Error><Key>at/k</Key><Code>AccessDenied</Code></Error></DeleteResult>';
  const { store } = await storeOn([answers(200, failed)]);
  expect(String(await failureOf(store.deleteAll(['k'])))).toContain('AccessDenied');
});

it('reads over the keys of others, also over pages of nothing else', async () => {
  const page = (keys: string[], isTruncated: boolean): Answer =>
    answers(
      200,
      `<ListBucketResult><IsTruncated>${isTruncated}</IsTruncated>${keys
        .map((key) => `<Contents><Key>${key}</Key><Size>1</Size></Contents>`)
        .join('')}</ListBucketResult>`,
    );
  const { store, asked } = await storeOn([
    page(['at/Theirs &amp; more'], true),
    page(['at/k', 'at/.hidden'], false),
  ]);
  const { objects, next } = await store.list('');
  expect([objects.map(({ key }) => key), next]).toEqual([['k'], null]);
  expect(asked[1]).toContain('start-after=at%2FTheirs+%26+more');
});

it('U2: brings back what was deleted last below a folder, or under one key', async () => {
  const marker = (key: string, isLatest: boolean): string =>
    `<DeleteMarker><Key>at/${key}</Key><VersionId>of-${key}</VersionId>` +
    `<IsLatest>${isLatest}</IsLatest></DeleteMarker>`;
  const enabled = answers(
    200,
    '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>',
  );
  const markers = marker('p/a', true) + marker('p/b', false);
  const next = '<IsTruncated>true</IsTruncated><NextKeyMarker>at/p/b</NextKeyMarker>';
  const first = `<R>${next}${markers}</R>`;
  const second = `<R><IsTruncated>false</IsTruncated>${marker('p/c', true)}</R>`;
  const done = answers(204);
  const below = await storeOn([enabled, answers(200, first), done, answers(200, second), done]);
  expect(await below.store.bringBack('p/')).toBe(2);
  const deleted = (asked: string[]) => asked.filter((each) => each.startsWith('DELETE'));
  expect(deleted(below.asked)).toEqual([
    'DELETE /games/at/p/a?versionId=of-p%2Fa',
    'DELETE /games/at/p/c?versionId=of-p%2Fc',
  ]);
  expect(below.asked[3]).toContain('key-marker=at%2Fp%2Fb');
  const beside = `<R>${marker('k', true)}${marker('k2', true)}</R>`;
  const one = await storeOn([enabled, answers(200, beside), done]);
  expect(await one.store.bringBack('k')).toBe(1);
  expect(deleted(one.asked)).toEqual(['DELETE /games/at/k?versionId=of-k']);
  const plain = await storeOn([answers(200, '<VersioningConfiguration/>')]);
  expect([await plain.store.bringBack('p/'), plain.asked.length]).toEqual([0, 1]);
});
