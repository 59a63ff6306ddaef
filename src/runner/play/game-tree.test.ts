import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { writeParcel } from '../../../test/support/parcels.js';
import { gameTreeIn, isOtherGame } from './game-tree.js';

it('P4: a parent with the same files is no other game, whatever is kept beside them', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'game-tree-'));
  const parcelOf = (html: string, more = {}): Promise<string> =>
    writeParcel(folder, { 'index.html': html, ...more });
  try {
    const tree = await gameTreeIn(await parcelOf('<p>1'));
    const same = await parcelOf('<p>1', { '.ai-context/chat-history.json': '[]' });
    expect(await isOtherGame(same, tree)).toBe(false);
    expect(await isOtherGame(await parcelOf('<p>2'), tree)).toBe(true);
    expect(await isOtherGame(path.join(folder, 'none'), tree)).toBe(true);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
