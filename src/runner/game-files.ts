import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { GameAsset } from '../contracts/media/assets.js';
import { contentTypeOf } from '../domain/game/content-types.js';
import { assetAddress, assetReferenceAt } from '../domain/publishing/published-files.js';
import { servedVendor, vendoredFile, vendoredSource } from '../domain/game/vendored-libraries.js';
import { openParcelFile, type Parcel } from '../versions/format/parcel.js';

/** Every file below `kit/released`: part of the one-file runner; sources read them there. */
declare const KIT_FILES: Readonly<Record<string, string>>;

/**
 * `assets`: what the game may load besides its own files; `seenFrom`: the file from which packages
 * are looked for.
 */
export interface GameRequest {
  parcelFile: string;
  assets: readonly GameAsset[];
  seenFrom?: string | undefined;
}

export interface Served {
  body: Buffer;
  contentType: string;
}

/** What a page of a game may load; null = it is not there. */
export interface GameFiles {
  /** A file of the version, by its path in the project. */
  own(file: string): Promise<Served | null>;
  /** An asset of the request, by the path of its address; null also when none is meant. */
  asset(urlPath: string): Promise<Served | null>;
  /** A file of one of our libraries, by its path below `/vendor/`. */
  vendored(pathBelowVendor: string): Promise<Served | null>;
}

/** The files that a request names. */
export function openGameFiles({
  parcelFile,
  assets,
  seenFrom = import.meta.url,
}: GameRequest): GameFiles {
  let parcel: Promise<Parcel> | undefined;
  const byAddress = new Map(assets.map((asset) => [asset.address, asset]));
  const typed = (body: Buffer | null, file: string): Served | null =>
    body && { body, contentType: contentTypeOf(file).type };
  return {
    async own(file) {
      parcel ??= openParcelFile(parcelFile);
      return typed(await (await parcel).read(file), file);
    },
    async asset(urlPath) {
      const reference = assetReferenceAt(urlPath);
      const asset = reference && byAddress.get(assetAddress(reference));
      return asset ? { body: await bytesOf(asset), contentType: asset.mimeType } : null;
    },
    vendored: async (below) => typed(await readVendored(below, seenFrom), below),
  };
}

function bytesOf(asset: GameAsset): Promise<Buffer> | Buffer {
  return 'data' in asset ? Buffer.from(asset.data, 'base64') : readFile(asset.file);
}

async function readVendored(pathBelowVendor: string, seenFrom: string): Promise<Buffer | null> {
  const vendored = vendoredFile(pathBelowVendor);
  if (vendored === null) return null;
  const from = vendoredSource(vendored);
  if (vendored.library.source === 'own') return readReleased(from);
  const name = path.normalize(vendored.library.package);
  const inside = createRequire(seenFrom).resolve(name);
  const packages = inside.slice(0, inside.lastIndexOf(`${path.sep}${name}${path.sep}`));
  return servedVendor(vendored, await readFile(path.join(packages, from)));
}

async function readReleased(from: string): Promise<Buffer> {
  if (typeof KIT_FILES !== 'undefined') return Buffer.from(KIT_FILES[from] ?? '');
  return readFile(new URL(`../../kit/released/${from}`, import.meta.url));
}
