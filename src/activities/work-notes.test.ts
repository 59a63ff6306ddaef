import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { WorkNotes } from './work-notes.js';
import { freshFolder } from '../../test/support/own-folder.js';

const ACTIVITY = {
  taskToken: new Uint8Array([1, 2, 250]),
  workflowExecution: { workflowId: 'project/1', runId: 'run-1' },
};
const DELIVERY = { taskToken: 'AQL6', workflowId: 'project/1', runId: 'run-1' };
const DAY_MS = 24 * 60 * 60_000;

const dataDir = freshFolder();

const filesOf = async () =>
  (await readdir(path.join(dataDir, 'at-work'))).map((name) => path.join(dataDir, 'at-work', name));

/** The files as they are while work is done, as if this process were killed at that moment. */
async function killedAtWork(change: (note: string) => string): Promise<void> {
  let kept: (readonly [string, string])[] = [];
  await new WorkNotes(dataDir).during(ACTIVITY, async () => {
    kept = await Promise.all(
      (await filesOf()).map(async (file) => [file, await readFile(file, 'utf8')] as const),
    );
  });
  expect(kept).toHaveLength(1);
  await Promise.all(kept.map(([file, text]) => writeFile(file, change(text))));
}
const asAnotherProcess = (note: string) => note.replace(/"startedAt":"\d+"/, '"startedAt":"1"');
const elsewhere = (note: string) => note.replace('"place":"', '"place":"other-');

describe('what a killed worker of this machine was at is known, once', () => {
  it('a note is there while the work is done, whatever its end, and gone with it', async () => {
    const notes = new WorkNotes(dataDir);
    expect(
      await notes.during(ACTIVITY, async () => {
        expect(await filesOf()).toHaveLength(1);
        return 'done';
      }),
    ).toBe('done');
    await expect(notes.during(ACTIVITY, () => Promise.reject(new Error('no')))).rejects.toThrow(
      'no',
    );
    expect(await filesOf()).toEqual([]);
    expect(await notes.takeLeft()).toEqual([]);
  });

  it('nobody takes what a living worker is at', async () => {
    await new WorkNotes(dataDir).during(ACTIVITY, async () => {
      expect(await new WorkNotes(dataDir).takeLeft()).toEqual([]);
      expect(await filesOf()).toHaveLength(1);
    });
  });

  it('what is left is taken by one alone: the pid of the dead may be in use again', async () => {
    await killedAtWork(asAnotherProcess);
    expect(await new WorkNotes(dataDir).takeLeft()).toEqual([DELIVERY]);
    expect(await new WorkNotes(dataDir).takeLeft()).toEqual([]);
  });

  it('a worker in another container is not known to be dead', async () => {
    await killedAtWork((note) => elsewhere(asAnotherProcess(note)));
    expect(await new WorkNotes(dataDir).takeLeft()).toEqual([]);
    expect(await filesOf()).toHaveLength(1);
  });

  it.each([
    ['a torn note is nothing', (note: string) => note.slice(0, 40)],
    ['one from elsewhere stays', (note: string) => elsewhere(asAnotherProcess(note))],
  ])('%s, and goes after a day', async (_name, change) => {
    await killedAtWork(change);
    expect(await new WorkNotes(dataDir).takeLeft()).toEqual([]);
    const [file = ''] = await filesOf();
    const longAgo = new Date(Date.now() - DAY_MS - 60_000);
    await utimes(file, longAgo, longAgo);
    expect(await new WorkNotes(dataDir).takeLeft()).toEqual([]);
    expect(await filesOf()).toEqual([]);
  });

  it('work is done although nothing can be noted', async () => {
    await writeFile(path.join(dataDir, 'at-work'), 'no folder');
    expect(await new WorkNotes(dataDir).during(ACTIVITY, async () => 'done')).toBe('done');
    expect(await new WorkNotes(dataDir).takeLeft()).toEqual([]);
  });
});
