import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { PlayResult } from '../../../src/contracts/game/play.js';
import { patient } from '../../support/patience.js';
import { playPage, type PageToPlay } from '../../support/played-game.js';

/** A play, and the one that finds a fault again, on a busy machine. */
export const PLAY_LIMIT_MS = patient(180_000);

/** Plays a page in a folder of its own. */
export async function play(
  html: string,
  how: Omit<PageToPlay, 'html' | 'folder'> = {},
): Promise<PlayResult> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-play-'));
  try {
    return await playPage({ html, folder, ...how });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export const codesOf = ({ findings }: PlayResult): string[] => findings.map(({ code }) => code);
