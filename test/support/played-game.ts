import path from 'node:path';
import type { PlayResult } from '../../src/contracts/game/play.js';
import { commitFiles } from '../../src/git/commit.js';
import { initBare } from '../../src/git/refs.js';
import type { Screen } from '../../src/runner/play/gestures.js';
import { playGame } from '../../src/runner/play/play.js';

export interface PageToPlay {
  readonly html: string;
  /** Repositories are made here; whoever made it removes it. */
  readonly folder: string;
  readonly screen?: Screen;
  readonly signal?: AbortSignal;
}

/** Plays a page of one file as the runner does. */
export async function playPage(page: PageToPlay): Promise<PlayResult> {
  const { html, folder, screen, signal = new AbortController().signal } = page;
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
    { onAlive: () => undefined, ...(screen && { screen }) },
    signal,
  );
}
