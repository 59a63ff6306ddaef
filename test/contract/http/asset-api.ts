import { createHash } from 'node:crypto';
import { uploaded, type UploadedAsset } from './multipart.js';
import { PIXEL, startTestApi, type TestApi, type Who } from './test-api.js';

/** Of the bytes that every asset here has. */
export const PIXEL_HASH = createHash('sha256').update(PIXEL).digest('hex');

/** An API with three assets of the same bytes. */
export interface AssetApi {
  readonly api: TestApi;
  /** Alice's: one made inside a project (public), one made outside (private); Bob's private one. */
  readonly shared: UploadedAsset;
  readonly own: UploadedAsset;
  readonly bobs: UploadedAsset;
  /** The place with `:shared`, `:own`, `:bobs`, `:alice` and `:bob` replaced by their ids. */
  readonly at: (place: string) => string;
  readonly user: (who: Who) => TestApi['alice'] | undefined;
  /** The row of an asset. */
  readonly row: (id: string) => Promise<Record<string, unknown> | undefined>;
}

export async function startAssetApi(): Promise<AssetApi> {
  const api = await startTestApi({
    GAMES_ORIGIN: 'http://games.test',
    RATE_LIMIT_WRITES_PER_MIN: '10000',
  });
  const { alice, bob, gameId } = api;
  const shared = await uploaded(
    api,
    alice,
    { bytes: PIXEL, name: 'shared.png' },
    { projectId: gameId },
  );
  const own = await uploaded(
    api,
    alice,
    { bytes: PIXEL, name: 'own.png' },
    { originalName: 'わたしの.png', tags: 'star', description: 'A test image' },
  );
  const bobs = await uploaded(api, bob, { bytes: PIXEL, name: 'bobs.png' });
  return {
    api,
    shared,
    own,
    bobs,
    at: (place) =>
      place
        .replace(':shared', shared.id)
        .replace(':own', own.id)
        .replace(':bobs', bobs.id)
        .replace(':alice', alice.id)
        .replace(':bob', bob.id),
    user: (who) => (who === 'anybody' ? undefined : api[who]),
    row: async (id) => (await api.database.sql('select * from assets where id = $1', [id]))[0],
  };
}
