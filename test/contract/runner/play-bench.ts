import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { PlayResult } from '../../../src/contracts/game/play.js';
import { patient } from '../../support/patience.js';
import { playPage, type PageToPlay } from '../../support/played-game.js';

/** A play, and the one that finds a fault again, on a busy machine. */
export const PLAY_LIMIT_MS = patient(180_000);

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-play-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Plays a page of one file in a folder of this test file. */
export function play(
  html: string,
  how: Pick<PageToPlay, 'screen' | 'signal' | 'wallMs'> = {},
): Promise<PlayResult> {
  return playPage({ html, folder, ...how });
}

export const codesOf = ({ findings }: PlayResult): string[] => findings.map(({ code }) => code);
