import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { PlayInput } from '../../../src/contracts/game/play.js';
import { TapeSet } from '../../../src/contracts/game/tape.js';
import { PLAYER_VERSION } from '../../../src/domain/playing/playing.js';
import { playGame } from '../../../src/runner/play/play.js';
import { gameTreeOf } from '../../../src/versions/format/manifest.js';
import { firstVersion, parcelOf } from '../../support/parcels.js';
import { addLine, readLines } from '../lines.js';
import { LOADED_TAKE, type Case } from './games.js';
import { Outcome, outcomeOf } from './outcome.js';

/** Programs that never rest, on two cores. */
const LOAD = 6;
/** For a machine that does much else: a play has no such limit of its own. */
const WALL_MS = 1_200_000;

/** Plays pages, each once: the same files are not played again by the same player. */
export class Corpus {
  private readonly known: Map<string, Outcome>;
  private readonly folder: string;

  /** `file`: its outcomes, a line each; their tapes lie in a folder beside it. */
  constructor(
    private readonly file: string,
    private readonly lives: number,
  ) {
    this.folder = file.replace(/\.jsonl$/, '');
    const lines = readLines(file).map((line) => Outcome.parse(line));
    this.known = new Map(lines.map((outcome) => [outcome.key, outcome]));
  }

  /** What is known of a case without playing it; null = nothing. */
  async knownOf(each: Case): Promise<Outcome | null> {
    const { key } = await this.versionOf(each);
    return this.known.get(key) ?? null;
  }

  async outcomeOf(each: Case): Promise<Outcome> {
    const { key, tree, parcel, parent } = await this.versionOf(each);
    const known = this.known.get(key);
    if (known) return known;
    const folder = await mkdtemp(path.join(tmpdir(), 'dreamcore-corpus-'));
    const load = each.take === LOADED_TAKE ? underLoad() : null;
    try {
      const parcelFile = path.join(folder, 'parcel');
      await writeFile(parcelFile, parcel);
      const before = parent && (await this.parentIn(folder, parent));
      const result = await playGame(
        {
          ...{ command: 'play', callId: 'x', parcelFile, assets: [], wallMs: WALL_MS },
          ...{ lives: this.lives, ...(before && { parent: before }) },
        },
        { onAlive: () => undefined },
        new AbortController().signal,
      );
      const outcome = outcomeOf(each.id, key, result);
      if (each.kind === 'plain' && result.tapes) await this.keepTapes(tree, result.tapes);
      this.known.set(key, outcome);
      addLine(this.file, outcome);
      return outcome;
    } finally {
      load?.end();
      await rm(folder, { recursive: true, force: true });
    }
  }

  private async versionOf(each: Case): Promise<Version> {
    const own = await versionOf(each.html);
    const isChange = each.kind !== 'plain' && each.kind !== 'again';
    const parent = isChange ? await versionOf(each.game.html) : null;
    const key = [own.tree, PLAYER_VERSION, this.lives, parent?.tree ?? '-', each.take].join(' ');
    return { ...own, key, parent };
  }

  private async parentIn(folder: string, { tree, parcel }: Files): Promise<PlayInput['parent']> {
    const parcelFile = path.join(folder, 'parent');
    await writeFile(parcelFile, parcel);
    const text = await readFile(this.tapesFile(tree), 'utf8').catch(() => 'null');
    return { parcelFile, tapes: TapeSet.nullable().parse(JSON.parse(text)) };
  }

  private async keepTapes(tree: string, tapes: TapeSet): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    await writeFile(this.tapesFile(tree), JSON.stringify(tapes));
  }

  private tapesFile(tree: string): string {
    return path.join(this.folder, `${tree}.json`);
  }
}

interface Files {
  readonly tree: string;
  readonly parcel: Buffer;
}
interface Version extends Files {
  readonly key: string;
  readonly parent: Files | null;
}

async function versionOf(html: string): Promise<Files> {
  const version = await firstVersion({ 'index.html': html });
  return { tree: gameTreeOf(version.manifest.files), parcel: await parcelOf(version) };
}

function underLoad(): { end: () => void } {
  const busy: ChildProcess[] = Array.from({ length: LOAD }, () =>
    spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }),
  );
  return { end: () => busy.forEach((each) => each.kill('SIGKILL')) };
}
