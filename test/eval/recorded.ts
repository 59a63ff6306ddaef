import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { readWork } from '../../src/runner/work-folder.js';
import { commandOn, type Dreamcore } from '../contract/ops/command.js';
import { firstVersion, parcelOf } from '../support/parcels.js';
import { playParcel } from '../support/played-game.js';
import { seenIn } from './plays.js';
import { addResult, readResults, type Result, type Step } from './results.js';

const Imported = z.object({ id: z.string() });
const Rerun = z.object({
  seconds: z.number(),
  now: z.string(),
  difference: z.string().nullable(),
  revision: z.string().nullable(),
  kept: z.string(),
});

export interface RecordedOptions {
  /** An archive of `npx dreamcore export`, or a folder of them. */
  readonly from: string;
  readonly file: string;
  readonly commit: string;
  readonly tell: (line: string) => void;
}

/**
 * Has the model program work once more on recorded answers, as `npx dreamcore rerun --recorded`
 * does, and plays what comes of it: no network, no cost. Archives that the file has are left out.
 */
export async function runRecorded({
  from,
  file,
  commit,
  tell,
}: RecordedOptions): Promise<Result[]> {
  const known = new Set(readResults(file).map(({ item }) => item));
  for (const archive of await archivesIn(from)) {
    const item = path.basename(archive);
    if (known.has(item)) continue;
    const step = await rerunArchive(archive);
    const told = { item, kind: 'recorded', language: '-', commit, model: 'recorded' } as const;
    addResult(file, { ...told, at: new Date().toISOString(), steps: [step] });
    tell(`${item}: ${step.failure ?? step.game?.last ?? step.did ?? ''}`);
  }
  return readResults(file);
}

async function archivesIn(from: string): Promise<string[]> {
  if (!(await stat(from)).isDirectory()) return [from];
  const archives = (await readdir(from)).filter((name) => name.endsWith('.tar.gz')).toSorted();
  if (archives.length === 0) throw new Error(`${from} holds no archive (npx dreamcore export)`);
  return archives.map((name) => path.join(from, name));
}

async function rerunArchive(archive: string): Promise<Step> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'dreamcore-eval-'));
  try {
    const dreamcore = commandOn({ dataDir });
    const { id } = Imported.parse(await printed(dreamcore('import', archive, '--json')));
    const again = await printed(dreamcore('rerun', id, '--recorded', '--keep', '--json'));
    const rerun = Rerun.parse(again);
    try {
      return await stepOf(id, rerun);
    } finally {
      await rm(path.dirname(rerun.kept), { recursive: true, force: true });
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** A rerun that comes out otherwise ends with 1 and says so: that is a result. */
async function printed(command: ReturnType<Dreamcore>): Promise<unknown> {
  const { out, err } = await command;
  if (out === '') throw new Error(err);
  return JSON.parse(out);
}

async function stepOf(id: string, rerun: z.infer<typeof Rerun>) {
  const { seconds, now, difference, kept, revision } = rerun;
  const isWords = now === 'an answer in words';
  const step: Step = {
    text: id,
    wanted: isWords ? 'chat' : 'make',
    did: isWords ? 'chat' : 'make',
    failure: revision === null && !isWords ? (now.split(':')[0] ?? now) : null,
    seconds,
    usd: 0,
    game: revision === null ? null : await playedOf(kept),
    wish: null,
    edit: null,
    isSame: difference === null,
  };
  return step;
}

async function playedOf(folder: string): Promise<Step['game']> {
  const { files } = await readWork(folder);
  const game = Object.fromEntries(files.map((file) => [file.path, file.bytes]));
  const parcel = await parcelOf(await firstVersion(game));
  const { states, ...report } = await playParcel(parcel);
  const findings = report.findings.map(({ code }) => code);
  const verdicts = { first: report.verdict, last: report.verdict };
  const seen = seenIn(report, states);
  const frameCpuMs = report.seen?.frameCpuMs ?? null;
  const untold = { falseAlarms: null, checks: {}, judged: null };
  return { repairs: 0, ...verdicts, findings, seen, frameCpuMs, ...untold };
}
