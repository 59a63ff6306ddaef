import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { pastOf } from '../../src/activities/runner-input/past.js';
import { LANGUAGE_NAME, languageOf } from '../../src/domain/text/language.js';
import { systemPrompt } from '../../src/domain/generation/generation-prompt.js';
import { createFileObjectStore } from '../../src/objects/file-object-store.js';
import { createVersions } from '../../src/versions/kept/versions.js';
import { fileFolder } from '../support/own-folder.js';
import { makeVersion, PlacesInMemory } from '../support/versions.js';
import { follow, type Done } from './follow.js';
import { readItems, type Chain } from './wishes.js';

/** What a model that is asked for the next change may look up of the ones before. */
const folder = fileFolder();
const rows = new PlacesInMemory();
const versions = createVersions(createFileObjectStore(folder), rows);
const chains = readItems().filter((item): item is Chain => item.kind === 'chain');
const CHANGES = 3;

const linesOf = (page: string): string[] => page.split('\n').map((line) => line.trimEnd());
const langOf = (page: string): string | undefined => /<html lang="(\w+)"/.exec(page)?.[1];

async function publish(projectId: string, page: string, request: string, parent: string | null) {
  const note = JSON.stringify({ userPrompt: request });
  const files = { 'index.html': page, '.ai-context/2026-01-01T00-00-00.json': note };
  const made = await makeVersion(versions, { projectId, workId: randomUUID() }, files, { parent });
  rows.publish(projectId, made.revision, made.place);
  return made.revision;
}

/** The file of changes has what was asked for, and each line as it was and as it is. */
function expectTold(changes: string, { turn, pages: { before, after } }: Done): void {
  expect(changes).toContain(`Asked for: ${turn.text}`);
  const [was, is] = [linesOf(before), linesOf(after)];
  for (const line of was.filter((each) => !is.includes(each)))
    expect(changes).toContain(`-${line}`);
  for (const line of is.filter((each) => !was.includes(each)))
    expect(changes).toContain(`+${line}`);
}

describe('twenty chains of messages', () => {
  it('are twenty', () => expect(chains).toHaveLength(20));

  it.each(chains.map((chain) => [chain.turns[0]?.text ?? '', chain] as const))(
    '%s: old values can be looked up at each change, and the language stays',
    async (wish, chain) => {
      const projectId = randomUUID();
      const done = follow(chain);
      const [{ pages }] = done as [Done, ...Done[]];
      const changes: Done[] = [];
      let revision = await publish(projectId, pages.before, wish, null);
      for (const each of done) {
        const past = await pastOf(versions, { projectId, revision });
        const told = Object.fromEntries(past.map(({ name, content }) => [name, content]));
        expect(told['page-now.html']).toBe(each.pages.before);
        expect(told['page-before.html']).toBe(changes.at(-1)?.pages.before);
        for (const earlier of changes.slice(-CHANGES))
          expectTold(told['changes.md'] ?? '', earlier);
        expect(langOf(each.pages.after)).toBe(langOf(pages.before));
        const language = languageOf(each.turn.text) ?? 'ja';
        expect(systemPrompt(false, language)).toContain(
          `answer is in ${LANGUAGE_NAME[language]}. The words in the game stay in the language`,
        );
        if (each.pages.after === each.pages.before) continue;
        revision = await publish(projectId, each.pages.after, each.turn.text, revision);
        changes.push(each);
      }
      expect(changes.length).toBeGreaterThan(0);
    },
  );
});
