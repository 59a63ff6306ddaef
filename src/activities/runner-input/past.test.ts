import { randomUUID } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import { createFileObjectStore } from '../../objects/file-object-store.js';
import { createVersions, type Versions } from '../../versions/kept/versions.js';
import { makeVersion, PlacesInMemory } from '../../../test/support/versions.js';
import { pastOf } from './past.js';
import { fileFolder } from '../../../test/support/own-folder.js';

const folder = fileFolder();
let versions: Versions;
const rows = new PlacesInMemory();
const projectId = randomUUID();

beforeAll(async () => {
  versions = createVersions(createFileObjectStore(folder), rows);
});

/** A published version whose note quotes its request. */
async function publish(page: string, userPrompt: string, parent: string | null): Promise<string> {
  const note = JSON.stringify({ userPrompt });
  const files = { 'index.html': page, '.ai-context/2026-01-01T00-00-00.json': note };
  const work = { projectId, workId: randomUUID() };
  const made = await makeVersion(versions, work, files, { parent });
  rows.publish(projectId, made.revision, made.place);
  return made.revision;
}

it('the past of a game is its last two pages and three changes, newest first', async () => {
  let last: string | null = null;
  for (const speed of [1, 2, 4, 8, 16])
    last = await publish(`<p>\nspeed = ${speed}\n</p>\n`, `speed ${speed}, please`, last);
  const past = await pastOf(versions, { projectId, revision: last ?? '' });
  const told = Object.fromEntries(past.map(({ name, content }) => [name, content]));
  expect(told['page-now.html']).toContain('speed = 16');
  expect(told['page-before.html']).toContain('speed = 8');
  const changes = told['changes.md'] ?? '';
  expect(changes.match(/^Asked for: .*$/gm)).toEqual(
    [16, 8, 4].map((speed) => `Asked for: speed ${speed}, please`),
  );
  expect(changes.match(/^[-+]speed.*$/gm)).toEqual([
    ...['-speed = 8', '+speed = 16'],
    ...['-speed = 4', '+speed = 8'],
    ...['-speed = 2', '+speed = 4'],
  ]);
});

it('a change is told in 4 KB, and a first version has no diff', async () => {
  const page = (word: string) => `${word}\n`.repeat(2_000);
  const first = await publish(page('one'), 'a wish', null);
  const second = await publish(page('two'), 'all of it', first);
  const [changes] = await pastOf(versions, { projectId, revision: second });
  expect(changes?.content.length).toBeLessThan(4_600);
  expect(changes?.content).toMatch(/\(cut\)\n\n## The first version[^\n]*\nAsked for: a wish\n$/);
});
