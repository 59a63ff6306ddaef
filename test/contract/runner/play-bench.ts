import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { PlayResult } from '../../../src/contracts/play.js';
import { commitFiles } from '../../../src/git/commit.js';
import { initBare } from '../../../src/git/refs.js';
import { playGame } from '../../../src/runner/play/play.js';
import { patient } from '../../support/patience.js';

/** A play, and the one that finds a fault again, on a busy machine. */
export const PLAY_LIMIT_MS = patient(180_000);

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-play-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Plays a page of one file as the runner does. */
export async function play(
  html: string,
  signal = new AbortController().signal,
): Promise<PlayResult> {
  const repo = await initBare(path.join(folder, `${Math.random()}.git`));
  const revision = await commitFiles(
    repo,
    [],
    [{ path: 'index.html', content: html }],
    { subject: 'x' },
    { ref: 'refs/heads/main', expected: null, parent: null },
  );
  return playGame(
    { command: 'play', callId: 'x', repoDir: repo.gitDir, revision, assets: [], seed: 7 },
    { onAlive: () => undefined },
    signal,
  );
}

export const codesOf = ({ findings }: PlayResult): string[] => findings.map(({ code }) => code);
