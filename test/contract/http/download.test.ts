import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unzip } from './unzip.js';
import { GAME_FILES, openWorld, PAGE, type World } from './world.js';

/** rest.md §5, download; libraries travel along (design §5). */
let world: World;
beforeAll(async () => { world = await openWorld(); });
afterAll(() => world.stop());

const THREE = fileURLToPath(new URL('../../../node_modules/three/build/', import.meta.url));

describe('GET /api/projects/:projectId/download', () => {
  it('holds the page, its assets and the libraries that they use, and nothing else', async () => {
    const answer = await world.ask(`/api/projects/${world.gameId}/download`, { as: world.alice });
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({ 'content-type': 'application/zip', 'content-disposition': 'attachment; filename="game.zip"' });
    const entries = unzip(answer.bytes);
    expect([...entries.keys()].sort()).toEqual([
      'assets/js/main.js', 'assets/jump.mp3', 'index.html', 'vendor/three@0.187.0/three.core.js', 'vendor/three@0.187.0/three.module.js',
    ]);
    expect(entries.get('assets/jump.mp3')).toEqual(GAME_FILES['assets/jump.mp3']);
    for (const file of ['three.core.js', 'three.module.js']) expect(entries.get(`vendor/three@0.187.0/${file}`)).toEqual(await readFile(THREE + file));
  });

  it('refers to the libraries from where each file lies, and changes nothing else', async () => {
    const entries = unzip((await world.ask(`/api/projects/${world.gameId}/download`, { as: world.alice })).bytes);
    expect(entries.get('index.html')?.toString()).toBe(PAGE.replace('"/vendor/', '"./vendor/'));
    expect(entries.get('assets/js/main.js')?.toString()).toBe("import { Scene } from 'three';\nimport '../../vendor/three@0.187.0/three.core.js';\n");
  });

  it('of a project without a game is the welcome page', async () => {
    const entries = unzip((await world.ask(`/api/projects/${world.emptyId}/download`, { as: world.alice })).bytes);
    expect([...entries.keys()]).toEqual(['index.html']);
    expect(entries.get('index.html')?.toString()).toContain('Welcome to Game Creator');
  });

  it('works by a token in the address, as a link does', async () => {
    const answer = await world.ask(`/api/projects/${world.gameId}/download?access_token=${world.alice.accessToken}`);
    expect(unzip(answer.bytes).has('index.html')).toBe(true);
  });
});
