import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkMarker } from './data-owner.js';
import { checkDrawing } from './drawing.js';
import { describeFinding } from './finding.js';
import { checkClock, checkDataDir } from './machine.js';
import { isTooOld } from './temporal-server.js';
import { freshFolder } from '../../test/support/own-folder.js';
import { originOf } from '../../test/support/own-server.js';

const folder = freshFolder();

describe('a data folder', () => {
  const ofOne = (DATA_DIR: string) => ({
    DATA_DIR,
    SUPABASE_URL: 'https://one.example',
    EMBEDDED_SUPABASE_URL: undefined,
  });

  it('is marked by the first worker, and refused with another database', async () => {
    const config = ofOne(path.join(folder, 'own'));
    expect(await checkMarker(config)).toBe(null);
    expect(await checkMarker(config, { isMarked: true })).toBe(null);
    const marker = path.join(config.DATA_DIR, '.dreamcore.json');
    expect(JSON.parse(await readFile(marker, 'utf8'))).toEqual({
      database: 'https://one.example',
      store: 2,
    });
    expect(await checkMarker(config)).toBe(null);
    const other = await checkMarker({ ...config, SUPABASE_URL: 'https://two.example' });
    expect(other).toMatchObject({ what: 'DATA_DIR', verdict: 'missing' });
    expect(other?.detail).toContain('belongs to the database https://one');
    await writeFile(marker, 'torn');
    expect((await checkMarker(config))?.detail).toContain('unknown');
  });

  it('O2: in a layout that a newer build has made is refused, and says so', async () => {
    const config = ofOne(folder);
    const marker = path.join(folder, '.dreamcore.json');
    await writeFile(marker, JSON.stringify({ database: config.SUPABASE_URL, store: 3 }));
    const found = await checkMarker(config);
    expect(found && describeFinding(found)).toBe(
      `DATA_DIR: ${folder} (store 3) is newer than this code (store 2) → start the commit that ` +
        'ran last, or a newer one; nothing was changed',
    );
    await writeFile(marker, JSON.stringify({ database: config.SUPABASE_URL, store: 2 }));
    expect(await checkMarker(config)).toBe(null);
  });

  it('U1: in the layout of an older build is refused until it is moved', async () => {
    const config = ofOne(folder);
    const marker = path.join(folder, '.dreamcore.json');
    // Builds up to be9e45d8 name no layout.
    for (const older of [{}, { store: 1 }]) {
      await writeFile(marker, JSON.stringify({ database: config.SUPABASE_URL, ...older }));
      const found = await checkMarker(config);
      expect(found && describeFinding(found)).toBe(
        `DATA_DIR: ${folder} (store 1) is older than this code (store 2) → run npx dreamcore ` +
          'move while nothing else uses it',
      );
    }
  });

  it('of the embedded database stays ours wherever that one listens', async () => {
    const first = { DATA_DIR: folder, SUPABASE_URL: 'http://127.0.0.1:1' };
    const at = (url: string) => ({ ...first, SUPABASE_URL: url, EMBEDDED_SUPABASE_URL: url });
    expect(await checkMarker(at('http://127.0.0.1:1'), { isMarked: true })).toBe(null);
    expect(await checkMarker(at('http://127.0.0.1:2'))).toBe(null);
    expect(await checkMarker(ofOne(folder))).toMatchObject({ verdict: 'missing' });
  });

  it('that is not there yet is looked at where it will be made', async () => {
    const [dataDir] = await checkDataDir(path.join(folder, 'not', 'yet'));
    expect(dataDir).toMatchObject({ verdict: 'ok' });
    expect(dataDir?.detail).toContain('is made at the first start');
  });
});

describe('a clock', () => {
  async function skewBy(seconds: number) {
    const server = createServer((_request, response) => {
      response.setHeader('Date', new Date(Date.now() - seconds * 1000).toUTCString());
      response.end();
    });
    return checkClock(await originOf(server));
  }

  it('is told when it differs from that of the database by more than 30 s', async () => {
    expect(await skewBy(10)).toBe(null);
    expect(await skewBy(-10)).toBe(null);
    const ahead = await skewBy(120);
    expect(ahead).toMatchObject({ what: 'clock', verdict: 'absent' });
    expect(ahead?.detail).toMatch(/by 1(19|20|21) s$/);
    expect(await skewBy(-120)).toMatchObject({ what: 'clock' });
  });

  it('that cannot be compared is no finding', async () => {
    expect(await checkClock('http://127.0.0.1:9')).toBe(null);
  });
});

describe('a Temporal server', () => {
  it.each([
    ['1.28.9', true],
    ['0.99.0', true],
    ['1.29.0', false],
    ['1.32.0-rc1', false],
    ['2.0.0', false],
    ['', false],
  ])('of version %j is too old: %s', (version, expected) => {
    expect(isTooOld(version)).toBe(expected);
  });
});

describe('what games are drawn with', () => {
  it('one line says which feature is off, and the remedy', async () => {
    const lines = async (env: NodeJS.ProcessEnv) =>
      (await checkDrawing(env)).filter(({ what }) => what === 'Chromium').map(describeFinding);
    expect(await lines({ PATH: '/nowhere' })).toEqual([
      'Chromium: not found, so thumbnails and videos are off → npm run tools, or sudo apt-get ' +
        'install chromium-headless-shell',
    ]);
    expect(await lines({ CHROMIUM_PATH: '/nowhere' })).toEqual([
      'Chromium: CHROMIUM_PATH names no program, so thumbnails and videos are off → correct ' +
        'CHROMIUM_PATH, or unset it',
    ]);
  });
});
