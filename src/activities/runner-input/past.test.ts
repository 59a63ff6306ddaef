import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
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
  const page = (word: string) => `${`${word} `.repeat(40)}\n`.repeat(40);
  const first = await publish(page('one'), 'a wish', null);
  const second = await publish(page('two'), 'all of it', first);
  const [changes] = await pastOf(versions, { projectId, revision: second });
  expect(changes?.content.length).toBeLessThan(4_600);
  expect(changes?.content).toMatch(/\(cut\)\n\n## The first version[^\n]*\nAsked for: a wish\n$/);
});

/** Something of a game that a player may want back, as it stands in its page at first and later. */
const VALUES = {
  colour: ["player.color = '#ff0044';", "player.color = '#22ccff';"],
  speed: ['const speed = 3.25;', 'const speed = 6.5;'],
  size: ['hero.radius = 22;', 'hero.radius = 11;'],
  words: ['label("ねこの冒険");', 'label("Cat quest");'],
  count: ['for (let star = 0; star < 17; star += 1) add();', 'addMany(34);'],
} as const;

describe('"half of that", 「前の色に戻して」: what a model may look up holds the old value', () => {
  const others = (turn: number) =>
    Array.from({ length: turn }, (_, at) => `let other${at} = ${at};`);
  const pageOf = (value: string, turn: number) =>
    `<script>\nlet begin;\n${value}\nlet middle;\n${others(turn).join('\n')}\n</script>\n`;

  /** Of four messages the one in which the value is changed; the others change something else. */
  it.each(Object.keys(VALUES).flatMap((name) => [1, 2, 3].map((turn) => [name, turn] as const)))(
    '%s, changed in message %i after the first',
    async (name, turn) => {
      const [old, later] = VALUES[name as keyof typeof VALUES];
      let last: string | null = null;
      for (const at of [0, 1, 2, 3])
        last = await publish(pageOf(at < turn ? old : later, at), `message ${at}`, last);
      const past = await pastOf(versions, { projectId, revision: last ?? '' });
      const told = Object.fromEntries(past.map((file) => [file.name, file.content]));
      expect(told['changes.md']).toContain(`\n-${old}\n+${later}\n`);
      expect(told['page-now.html']).toContain(later);
      if (turn === 3) expect(told['page-before.html']).toContain(old);
    },
  );

  it.each(Object.entries(VALUES))('%s, changed twice: the one before last', async (_, values) => {
    const [old, later] = values;
    const states = [old, later, old.replace(/\w/, 'w'), later];
    let last: string | null = null;
    for (const [at, value] of states.entries())
      last = await publish(pageOf(value, at), `message ${at}`, last);
    const [changes, , before] = await pastOf(versions, { projectId, revision: last ?? '' });
    expect(before?.content).toContain(states[2]);
    for (const [at, value] of states.entries())
      if (at > 0) expect(changes?.content).toContain(`\n-${states[at - 1]}\n+${value}\n`);
  });
});
