import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { gameIdFor } from '../../src/contracts/base/ids.js';
import { withBareServer } from './bare.js';
import { askInTurn, get, type Wanted } from './getter.js';
import { inParallel, type Bench, type Measurement, type Row } from './measurement.js';
import { openSession, tap, type Session } from './player.js';
import { percentile } from './statistics.js';
import { admin, must } from './synthetic-job.js';

const PROJECTS = 200;
const READS_PER_S = 200;
/** Not measured: code that has not run yet. */
const WARM_UP_S = 3;
const WARM_UP_ROUNDS = 50;

/**
 * (h) What pages read over HTTP: the list of many projects, images, and everything together beside
 * a server that does nothing.
 */
export const rest: Measurement = {
  name: 'rest',
  title: 'Reads over HTTP',
  pace: 'unpaced',
  async run(bench) {
    const [rounds, seconds] = bench.quick ? [30, 5] : [200, 20];
    const session = await furnish(bench);
    const { baseUrl } = bench.stack;
    const headers = { authorization: `Bearer ${session.user.accessToken}` };
    const asset = await upload(bench, session);
    const list: Wanted = { path: '/api/projects', headers };
    const known: Wanted = {
      path: asset,
      headers: {
        ...headers,
        'if-none-match': (await get(baseUrl, { path: asset, headers })).headers.etag ?? '',
      },
    };
    const rows = [
      await oneByOne(baseUrl, `list of ${PROJECTS} projects`, list, 200, rounds, 100),
      await oneByOne(baseUrl, 'asset, 200', { path: asset, headers }, 200, rounds),
      await oneByOne(baseUrl, 'asset that the browser has (ETag), 304', known, 304, rounds),
      ...(await fixedAddress(bench, session, rounds * 5)),
      ...(await mixed(
        bench,
        [...pageReads(session).map((path): Wanted => ({ path, headers })), list, known],
        seconds,
      )),
    ];
    session.player.close();
    return rows;
  },
};

/** What the pages of one user ask for. */
function pageReads({ user, projectId }: Session): string[] {
  const project = `/api/projects/${projectId}`;
  return [
    project,
    `${project}/code`,
    `${project}/jobs`,
    `${project}/active-job`,
    `${project}/publish-draft`,
    `/game/${user.id}/${projectId}/index.html`,
    '/api/assets',
    '/api/notifications',
    '/api/games',
    '/create',
  ];
}

/** A user with a made game, many projects and a draft for half of them. */
async function furnish(bench: Bench): Promise<Session> {
  const session = await openSession(bench);
  await tap(session.player);
  const service = admin(bench.stack);
  const rows = Array.from({ length: PROJECTS - 1 }, (_, index) => ({
    user_id: session.user.id,
    name: `ゲーム ${index + 1}`,
  }));
  const made = (await must(service.from('projects').insert(rows).select('id'))) as { id: string }[];
  await must(
    service.from('publish_drafts').insert(
      made
        .filter((_, index) => index % 2 === 0)
        .map(({ id }) => ({
          project_id: id,
          title: '題',
          description: 'よくあるゲームの説明です。'.repeat(10),
        })),
    ),
  );
  return session;
}

/** An image of the size that pages send; answers its address. */
async function upload({ stack }: Bench, { user }: Session): Promise<string> {
  const side = 288;
  const png = await sharp(randomBytes(side * side * 3), {
    raw: { width: side, height: side, channels: 3 },
  })
    .png()
    .toBuffer();
  const form = new FormData();
  form.set('file', new Blob([new Uint8Array(png)], { type: 'image/png' }), 'hero.png');
  const answer = await fetch(`${stack.baseUrl}/api/assets/upload`, {
    method: 'POST',
    headers: { authorization: `Bearer ${user.accessToken}` },
    body: form,
  });
  const { asset } = (await answer.json()) as { asset?: { url: string } };
  if (!asset) throw new Error(`the upload answered ${answer.status}`);
  return asset.url;
}

async function oneByOne(
  baseUrl: string,
  what: string,
  wanted: Wanted,
  status: number,
  rounds: number,
  atMost?: number,
): Promise<Row> {
  const valuesMs: number[] = [];
  let sizeBytes = 0;
  for (let round = -3; round < rounds; round += 1) {
    const got = await get(baseUrl, wanted);
    if (got.status !== status) throw new Error(`${wanted.path} answered ${got.status}`);
    sizeBytes = got.sizeBytes;
    if (round >= 0) valuesMs.push(got.tookMs);
  }
  return {
    what: `${what}, p95`,
    value: percentile(valuesMs, 95),
    unit: 'ms',
    ...(atMost === undefined ? {} : { target: { atMost } }),
    note:
      `p50 ${percentile(valuesMs, 50).toFixed(1)} ms of ${rounds}; ` +
      `${Math.round(sizeBytes / 1024)} KB`,
  };
}

/** The page of a published game at the address of its bytes, in turn with a bare static file. */
async function fixedAddress(
  { stack }: Bench,
  { user, projectId }: Session,
  rounds: number,
): Promise<Row[]> {
  const listing = { title: 'Game', description: '', howToPlay: '', tags: [] };
  const answer = await fetch(`${stack.baseUrl}/api/projects/${projectId}/publish`, {
    method: 'POST',
    headers: { authorization: `Bearer ${user.accessToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...listing, visibility: 'public', remix: 'disallowed' }),
  });
  if (answer.status !== 200) throw new Error(`publishing answered ${answer.status}`);
  const card = await fetch(`${stack.baseUrl}/api/games/${gameIdFor(projectId)}`);
  const { playUrl } = ((await card.json()) as { game: { playUrl: string } }).game;
  const folder = await mkdtemp(path.join(tmpdir(), 'dreamcore-bench-file-'));
  const page = await (await fetch(`${stack.baseUrl}${playUrl}`)).text();
  await writeFile(path.join(folder, 'index.html'), page);
  try {
    return await withBareServer(async (bareUrl) => {
      const bare = { path: `/files/${path.basename(folder)}/index.html`, headers: {} };
      const [ourMs, bareMs]: [number[], number[]] = [[], []];
      for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
        const ours = await get(stack.baseUrl, { path: playUrl, headers: {} });
        const theirs = await get(bareUrl, bare);
        if (ours.status !== 200 || theirs.status !== 200) throw new Error('a file is not there');
        if (round < 0) continue;
        ourMs.push(ours.tookMs);
        bareMs.push(theirs.tookMs);
      }
      const at = (p: number) =>
        `p${p} ${percentile(ourMs, p).toFixed(2)} and ${percentile(bareMs, p).toFixed(2)} ms`;
      return [50, 95].map((p) => ({
        what: `published page by its fixed address, p${p} over that of a bare static file`,
        value: percentile(ourMs, p) / percentile(bareMs, p),
        unit: '×' as const,
        target: { atMost: 1.5 },
        note: `${at(p)} of ${rounds}, in turn`,
      }));
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * The same number of answers of the same sizes from the product and from a bare Express server, one
 * after the other.
 */
async function mixed({ stack }: Bench, wanted: readonly Wanted[], seconds: number): Promise<Row[]> {
  const sizes = await inParallel(
    wanted.length,
    1,
    async (index) => (await get(stack.baseUrl, wanted[index]!)).sizeBytes,
  );
  const bareMs = await withBareServer((url) =>
    warm(
      url,
      sizes.map((size) => ({ path: `/bytes/${size}` })),
      seconds,
    ),
  );
  const ourMs = await warm(stack.baseUrl, wanted, seconds);
  const kinds = `${wanted.length} kinds of reads in turn for ${seconds} s`;
  const row = (whose: string, valuesMs: readonly number[], note: string): Row => ({
    what: `${READS_PER_S} reads/s${whose}, p99`,
    value: percentile(valuesMs, 99),
    unit: 'ms',
    note: `p50 ${percentile(valuesMs, 50).toFixed(1)} ms; ${note}`,
  });
  return [
    row('', ourMs, kinds),
    row(' from a bare Express server', bareMs, 'answers of the same sizes, just before'),
    {
      what: 'p99 over that of the bare server',
      value: percentile(ourMs, 99) / percentile(bareMs, 99),
      unit: '×',
      note: 'driver, database and all parts share the machine',
    },
  ];
}

async function warm(
  baseUrl: string,
  wanted: readonly Wanted[],
  seconds: number,
): Promise<number[]> {
  await askInTurn(baseUrl, wanted, READS_PER_S / 2, WARM_UP_S);
  return askInTurn(baseUrl, wanted, READS_PER_S, seconds);
}
