import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlayResult } from '../../../src/contracts/play.js';
import { commitFiles } from '../../../src/git/commit.js';
import { initBare } from '../../../src/git/refs.js';
import { playGame } from '../../../src/runner/play/play.js';
import { patient } from '../../support/patience.js';
import { FAULTY, FORGIVEN, FROM_CDN, NEEDY, QUIET, shooter, UNHANDLED } from './play-pages.js';

const LIMIT_MS = patient(180_000);
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-play-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function play(html: string, signal = new AbortController().signal): Promise<PlayResult> {
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

const codesOf = ({ findings }: PlayResult): string[] => findings.map(({ code }) => code);

describe('the player (J2, J4)', () => {
  it.each(Object.entries(FAULTY))(
    'finds what is wrong: %s',
    async (code, html) => {
      const result = await play(html);
      expect([result.verdict, codesOf(result)]).toEqual(['broken', [code]]);
    },
    LIMIT_MS,
  );

  it(
    'a good game plays, is told so with what it looked like, and the same again',
    async () => {
      const first = await play(shooter());
      expect(first).toMatchObject({ verdict: 'plays', findings: [], notes: [], reason: '' });
      const sheet = await sharp(Buffer.from(first.sheet ?? '', 'base64')).metadata();
      expect(sheet).toMatchObject({ format: 'png', width: 798 });
      // On a busy machine the last images are those of another moment.
      const { tookMs: _one, sheet: _sheet, ...once } = first;
      const { tookMs: _other, sheet: _another, ...again } = await play(shooter());
      expect(again).toEqual(once);
    },
    LIMIT_MS,
  );

  it.each(Object.entries(QUIET))(
    'lets a quiet game be: %s',
    async (_, html) => {
      expect(await play(html)).toMatchObject({ verdict: 'plays', findings: [] });
    },
    LIMIT_MS,
  );

  it(
    'a promise that nobody heeds is an exception, what a browser refuses is a note',
    async () => {
      expect((await play(UNHANDLED)).findings).toMatchObject([
        { code: 'exception', when: 'loading', evidence: /the level is missing/ },
      ]);
      const forgiven = await play(FORGIVEN);
      expect(forgiven).toMatchObject({ verdict: 'plays', notes: [{ code: 'rejection' }] });
    },
    LIMIT_MS,
  );

  it.each(Object.entries(NEEDY))(
    'what a play cannot give makes no fault: %s',
    async (_, html) => {
      const result = await play(html);
      expect(result).toMatchObject({ verdict: 'unplayed', findings: [] });
      expect(result.reason).toMatch(/phaser|user-assets/);
    },
    LIMIT_MS,
  );

  it(
    'a library from the hosts of older games is our own copy of it',
    async () => {
      expect(await play(FROM_CDN)).toMatchObject({ verdict: 'plays', findings: [] });
    },
    LIMIT_MS,
  );

  it(
    'F1: a play that is stopped ends at once',
    async () => {
      const stop = new AbortController();
      const played = play(FAULTY['freeze'] ?? '', stop.signal);
      setTimeout(() => stop.abort(new Error('stopped')), 1_500);
      await expect(played).rejects.toThrow('stopped');
    },
    LIMIT_MS,
  );
});
