import { gameTreeOf } from '../../versions/format/manifest.js';
import { openParcelFile } from '../../versions/format/parcel.js';

/** Names the files of the version in a parcel (P0). Rejects for a version that is not there. */
export async function gameTreeIn(parcelFile: string): Promise<string> {
  const { manifest } = await openParcelFile(parcelFile);
  return gameTreeOf(manifest.files);
}

/** Whether the version in a parcel is another game than `gameTree`, or cannot be read. */
export async function isOtherGame(parcelFile: string, gameTree: string): Promise<boolean> {
  return (await gameTreeIn(parcelFile).catch(() => null)) !== gameTree;
}
