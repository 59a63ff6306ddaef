import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { absentAs } from './absent.js';
import { keepFile } from './durable-files.js';

/** The marker of the data folder. */
export interface DataMarker {
  /** The database that it belongs to: `embedded` or an address. */
  readonly database: string;
  /** The layout of what is kept in it (`src/process/build-range.ts`). */
  readonly store: number;
  /** What of an older layout is moved next: files beside versions, then versions. */
  readonly move?: 'files' | 'versions';
}

/** Where the marker lies, for messages. */
export const markerFile = (dataDir: string): string => path.join(dataDir, '.dreamcore.json');

/** Null = there is none. A marker that cannot be read belongs to the database `unknown`. */
export async function readMarker(dataDir: string): Promise<DataMarker | null> {
  const text = await readFile(markerFile(dataDir), 'utf8').catch(absentAs(null));
  if (text === null) return null;
  try {
    const { database, store = 1, move } = JSON.parse(text) as Record<string, unknown>;
    const isMoving = move === 'files' || move === 'versions';
    return { database: String(database), store: Number(store), ...(isMoving && { move }) };
  } catch {
    return { database: 'unknown', store: 1 };
  }
}

export async function writeMarker(dataDir: string, marker: DataMarker): Promise<void> {
  await keepFile(markerFile(dataDir), `${JSON.stringify(marker)}\n`);
}
