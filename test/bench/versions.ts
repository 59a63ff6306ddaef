import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createFileObjectStore } from '../../src/objects/file-object-store.js';
import type { ObjectPlace } from '../../src/versions/format/manifest.js';
import { createVersions, type Versions } from '../../src/versions/kept/versions.js';
import type { OwnMeasurement, Row } from './measurement.js';
import { percentile } from './statistics.js';

const PAGE_LINES = 900;
const SPRITES = 4;
const SPRITE_BYTES = 14_000;
/** A sprite is drawn again every so many versions. */
const REDRAWN_EVERY = 10;
/** Versions whose storing is timed before each length of a history, and reads after it. */
const SAMPLES = 50;
const projectId = randomUUID();

/** (n) A version stored and its page read, on the file driver, without the rows around it. */
export const versions: OwnMeasurement = {
  name: 'versions',
  title: 'Versions as objects: stored, and a page read cold and warm, by length of the history',
  pace: 'own',
  async run({ quick }) {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'dreamcore-bench-versions-'));
    try {
      return await measureHistory(folder, quick ? [1, 50, 500] : [1, 50, 500, 5_000]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** What the database would say. */
export class Places {
  readonly line: string[] = [];
  private readonly byRevision = new Map<string, ObjectPlace>();

  add(revision: string, place: ObjectPlace): void {
    this.line.push(revision);
    this.byRevision.set(revision, place);
  }

  async placeOf(_projectId: string, revision: string): Promise<{ place: ObjectPlace } | null> {
    const place = this.byRevision.get(revision);
    return place ? { place } : null;
  }

  bytes(): number {
    return [...this.byRevision.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }
}

async function measureHistory(folder: string, lengths: readonly number[]): Promise<Row[]> {
  const rows: Row[] = [];
  const places = new Places();
  const open = (): Versions => createVersions(createFileObjectStore(folder), places);
  const writer = open();
  const storedMs: number[] = [];
  // First versions of histories of their own.
  for (const _ of range(SAMPLES)) storedMs.push(await storeNext(writer, new Places()));
  for (const length of lengths) {
    while (places.line.length < length) storedMs.push(await storeNext(writer, places));
    const stored = storedMs.slice(-SAMPLES);
    const { coldMs, warmMs } = await readPages(open, places);
    const at = (what: string, valuesMs: readonly number[], atMost: number): Row => ({
      what: `${what}, ${length} of them, p50`,
      value: percentile(valuesMs, 50),
      unit: 'ms',
      target: { atMost },
      note: `p95 ${percentile(valuesMs, 95).toFixed(1)} ms of ${valuesMs.length}`,
    });
    rows.push(
      at('a version stored', stored, 20),
      at('a page read cold', coldMs, 5),
      at('the same read warm', warmMs, 2),
      {
        what: `bytes for each, ${length} of them`,
        value: places.bytes() / length / 1024,
        unit: 'KB',
      },
    );
  }
  return rows;
}

/** One more version: another page, now and then another sprite. Answers what storing it took. */
export async function storeNext(writer: Versions, places: Places): Promise<number> {
  const ordinal = places.line.length;
  const redrawn = ordinal === 0 ? range(SPRITES) : [];
  if (ordinal > 0 && ordinal % REDRAWN_EVERY === 0) redrawn.push(ordinal % SPRITES);
  const files = [
    { path: 'index.html', bytes: pageOf(ordinal) },
    ...redrawn.map((sprite) => ({
      path: `assets/sprite-${sprite}.webp`,
      bytes: randomBytes(SPRITE_BYTES),
    })),
  ];
  const startedMs = performance.now();
  const { revision, place } = await writer.commit(
    { projectId, workId: randomUUID() },
    {
      parent: places.line.at(-1) ?? null,
      message: { subject: `version ${ordinal}` },
      madeAt: new Date(),
      files,
    },
  );
  const tookMs = performance.now() - startedMs;
  places.add(revision, place);
  return tookMs;
}

/** Pages of versions all over the history, each by a process that has read nothing before. */
export async function readPages(
  open: () => Versions,
  { line }: Places,
): Promise<{ coldMs: number[]; warmMs: number[] }> {
  const coldMs: number[] = [];
  const warmMs: number[] = [];
  for (const sample of range(SAMPLES)) {
    const revision = line.at(-1 - Math.floor((sample * line.length) / SAMPLES)) ?? '';
    const reader = open();
    for (const valuesMs of [coldMs, warmMs]) {
      const startedMs = performance.now();
      const page = await reader.readFile({ projectId, revision }, 'index.html');
      valuesMs.push(performance.now() - startedMs);
      if (page === null) throw new Error(`${revision} has no page`);
    }
  }
  return { coldMs, warmMs };
}

const LINES = range(PAGE_LINES).map(lineOf);

/** 40 KB of what looks like code, a line of it another than in the version before. */
export function pageOf(ordinal: number): Buffer {
  const lines = LINES.with(ordinal % PAGE_LINES, lineOf(PAGE_LINES + ordinal));
  return Buffer.from(`<!doctype html>\n<script>\n${lines.join('\n')}\n</script>\n`);
}

function lineOf(at: number): string {
  const words = createHash('sha256').update(`${at}`).digest('hex').slice(0, 24);
  return `  const v${at} = "${words}"; draw(v${at});`;
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at);
}
