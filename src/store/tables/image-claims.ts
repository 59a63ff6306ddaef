import { z } from 'zod';
import { call, run, type Client } from './client.js';

/** A claim is younger than this; an older one is free. */
const CLAIM_MS = 10 * 60_000;

/**
 * Table `image_claims`: which action works on a user's wish, for the service role. `wish` is a hash
 * of the request.
 */
export function imageClaimsTable(client: Client) {
  return {
    /**
     * Returns the action that works on this wish, or that has fulfilled it for a client that did
     * not fetch it; `actionId` itself when there is none. Of several calls at once one is first.
     */
    claim: (userId: string, wish: string, actionId: string): Promise<string> =>
      call(client, 'claim_image', { userId, wish, actionId, claimMs: CLAIM_MS }, z.string()),

    /** The next call with the wish that this action works on begins anew. */
    release: (userId: string, actionId: string): Promise<void> =>
      run(
        'release an image',
        client.from('image_claims').delete().eq('user_id', userId).eq('action_id', actionId),
      ),
  };
}
