import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../contracts/base/errors.js';
import type { AssetFiles } from '../../store/files/asset-files.js';
import type { Store } from '../../store/index.js';

/** What goes over in one call; a function reads no larger file. */
export const MAX_ASSET_BYTES = 32 * 1024 * 1024;
/** `<sha256><ext>`: an asset is named by its content, so equal names are equal bytes. */
const ASSET_NAME = /^([0-9a-f]{64})(\.[a-z0-9]{1,8})?$/;
const DAMAGED = 'asset-damaged';

/** An asset as a Volume has it. */
export interface AssetFile {
  readonly name: string;
  readonly sizeBytes: number;
}

/** True for a name that content could have. */
export function isAssetName(name: string): boolean {
  return ASSET_NAME.test(name);
}

export function isDamage(error: unknown): boolean {
  return error instanceof AppError && error.details['reason'] === DAMAGED;
}

/** Throws `OPERATION_FAILED` ({@link isDamage}) unless the bytes match the name. */
function assertContent(name: string, bytes: Uint8Array): void {
  if (createHash('sha256').update(bytes).digest('hex') === ASSET_NAME.exec(name)?.[1]) return;
  const message = `${name} holds other bytes than its name says`;
  throw new AppError('OPERATION_FAILED', message, { reason: DAMAGED });
}

/** Bytes of an asset of this name. Throws {@link isDamage} when they are others. */
export async function readAsset(file: string): Promise<Buffer> {
  const bytes = await readFile(file);
  assertContent(path.basename(file), bytes);
  return bytes;
}

/** A user's assets as they are kept here, each once, by name. */
export async function ownAssets(
  { store, files }: { store: Pick<Store, 'assets'>; files: Pick<AssetFiles, 'locate'> },
  userId: string,
): Promise<(AssetFile & { file: string })[]> {
  const found = new Map<string, AssetFile & { file: string }>();
  for (const row of await store.assets.ofOwner(userId)) {
    const file = row.is_global === true ? null : await files.locate(row);
    const name = file === null ? '' : path.basename(file);
    if (file !== null && isAssetName(name) && !found.has(name))
      found.set(name, { name, file, sizeBytes: (await stat(file)).size });
  }
  return [...found.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}
