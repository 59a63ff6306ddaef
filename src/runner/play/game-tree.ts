import { gameTreeOf } from '../../versions/format/manifest.js';
import { openParcelFile } from '../../versions/format/parcel.js';

/** Names the files of the version in a parcel (P0). Rejects for a version that is not there. */
export async function gameTreeIn(parcelFile: string): Promise<string> {
  const { manifest } = await openParcelFile(parcelFile);
  return gameTreeOf(manifest.files);
}
