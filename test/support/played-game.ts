import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { PlayInput, PlayResult } from '../../src/contracts/game/play.js';
import type { Screen } from '../../src/runner/play/gestures.js';
import { playGame } from '../../src/runner/play/play.js';
import { writeParcel } from './parcels.js';
import { patient } from './patience.js';

export interface PageToPlay {
  readonly html: string;
  /** Files beside it, by path. */
  readonly beside?: Readonly<Record<string, string>>;
  /** Parcels are made here; whoever made it removes it. */
  readonly folder: string;
  readonly screen?: Screen;
  readonly signal?: AbortSignal;
  readonly wallMs?: number;
  /** Of the search; left out: there is none. */
  readonly lives?: number;
  /** Another play goes on from this one; or what that other one has seen. */
  readonly part?: Pick<PlayInput, 'isFirstPart' | 'known'>;
}

/** Plays a version whole; `seed`: by another chance than its own. */
export async function playParcel(parcel: Buffer, seed?: number): Promise<PlayResult> {
  const folder = await mkdtemp(path.join(tmpdir(), 'dreamcore-played-'));
  try {
    const wallMs = patient(180_000);
    const parcelFile = path.join(folder, 'parcel');
    await writeFile(parcelFile, parcel);
    return await playGame(
      { command: 'play', callId: 'x', parcelFile, assets: [], wallMs, lives: 0 },
      { onAlive: () => undefined, ...(seed !== undefined && { seed }) },
      new AbortController().signal,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Plays a page as the runner does. */
export async function playPage(page: PageToPlay): Promise<PlayResult> {
  const { html, folder, screen, signal = new AbortController().signal } = page;
  const { wallMs = patient(180_000), lives = 0, beside = {}, part = {} } = page;
  const parcelFile = await writeParcel(folder, { 'index.html': html, ...beside });
  return playGame(
    { command: 'play', callId: 'x', parcelFile, assets: [], wallMs, lives, ...part },
    { onAlive: () => undefined, ...(screen && { screen }) },
    signal,
  );
}
