import type { Request, Response } from 'express';
import type { RouteGuard } from '../../contracts/http-routes/route.js';
import { isUuid } from '../../contracts/base/ids.js';
import type { ActionRow, JobRow } from '../../contracts/rows/rows.js';
import { isReadableBy } from '../../domain/assets/asset-rules.js';
import { orNothing, type Store } from '../../store/index.js';
import type { AssetRow } from '../../store/tables/assets.js';
import type { ProjectRow } from '../../store/tables/projects.js';
import type { PostSignature } from '../callback/signed.js';
import { refusal, refusalOf } from '../http/refusal.js';
import { logOf } from '../http/request-log.js';
import type { Auth, Identity } from './auth.js';
import { callerOf, type TokenSource } from './caller.js';

/** The answer to a request without a good token (rest.md §1.5). */
const REFUSAL = {
  nobody: 'No access token provided',
  refused: 'Invalid or expired token',
  limited: 'Invalid or expired token',
} as const;

type User = { user: Identity; source: TokenSource };

/** What a handler receives from the guard of its row. */
export interface Admitted {
  none: object;
  /** Null = without a good token. */
  visitor: { user: Identity | null };
  user: User;
  member: User;
  projectOwner: User & { project: ProjectRow };
  projectMember: User & { project: ProjectRow };
  jobOwner: User & { job: JobRow };
  actionOwner: User & { action: ActionRow };
  assetOwner: User & { asset: AssetRow };
  assetReader: { asset: AssetRow };
  operator: { operator: Identity };
  signature: { signature: PostSignature };
}

/**
 * Each guard admits a request or throws the refusal of the contract (rest.md §1.5, §1.7). Owned
 * rows are read with the caller's own rights where the database has such; a read that fails counts
 * as nothing found.
 */
export type Guards = {
  readonly [G in RouteGuard]: (req: Request, res: Response) => Promise<Admitted[G]>;
};

type Row = { user_id: string | null } | { owner_id: string | null };

export function createGuards(
  auth: Auth,
  store: Pick<Store, 'actions' | 'assets' | 'asUser' | 'jobs'>,
): Omit<Guards, 'signature'> {
  const { user, member } = ownGuards(auth);
  /** The owner of the row whose id is in the address, as `who` admits him. */
  const owner =
    <K extends 'project' | 'job' | 'action' | 'asset', R extends Row>(
      noun: K,
      find: (id: string, user: Identity) => Promise<R | null>,
      who = user,
    ) =>
    async (req: Request, res: Response): Promise<User & Record<K, R>> => {
      const caller = await who(req);
      const row = await rowAt(req, res, noun, (id) => find(id, caller.user));
      const ownerId = 'owner_id' in row ? row.owner_id : row.user_id;
      if (ownerId !== caller.user.id) throw refusal(403, 'Access denied');
      return { ...caller, ...({ [noun]: row } as Record<K, R>) };
    };
  const project = (id: string, { token }: Identity) => store.asUser(token).projects.get(id);
  return {
    none: async () => ({}),
    visitor: async (req) => {
      const caller = await callerOf(auth, req);
      return { user: caller.kind === 'user' ? caller.user : null };
    },
    user,
    member,
    projectOwner: owner('project', project),
    projectMember: owner('project', project, member),
    jobOwner: owner('job', (id) => store.jobs.get(id)),
    actionOwner: owner('action', (id) => store.actions.get(id)),
    assetOwner: owner('asset', async (id, { token }) =>
      unlessDeleted(await store.asUser(token).assets.get(id)),
    ),
    async assetReader(req, res) {
      const caller = await callerOf(auth, req);
      const asset = await rowAt(req, res, 'asset', async (id) =>
        unlessDeleted(await store.assets.get(id)),
      );
      if (isReadableBy(asset, caller.kind === 'user' ? caller.user.id : null)) return { asset };
      throw caller.kind === 'user'
        ? refusal(404, 'Asset not found')
        : refusal(401, REFUSAL[caller.kind]);
    },
    async operator(req) {
      const { user: operator, source } = await user(req);
      // An address with a token in it may be kept by a log.
      if (source !== 'header') throw refusal(401, REFUSAL.nobody);
      if (!operator.isOperator) throw refusal(403, 'Access denied');
      return { operator };
    },
  };
}

/** A caller himself, and one who is no guest. */
function ownGuards(auth: Auth) {
  const user = async (req: Request): Promise<User> => {
    const caller = await callerOf(auth, req);
    if (caller.kind === 'user') return caller;
    throw refusal(401, REFUSAL[caller.kind]);
  };
  const member = async (req: Request): Promise<User> => {
    const caller = await user(req);
    if (caller.user.isGuest) throw refusalOf('ACCOUNT_REQUIRED');
    return caller;
  };
  return { user, member };
}

const unlessDeleted = (asset: AssetRow | null) => (asset?.is_deleted === true ? null : asset);

async function rowAt<R extends Row>(
  req: Request,
  res: Response,
  noun: string,
  find: (id: string) => Promise<R | null>,
): Promise<R> {
  const id = req.params[noun === 'asset' ? 'id' : `${noun}Id`];
  if (!isUuid(id)) throw refusal(400, `Invalid ${noun} ID`);
  const row = await orNothing(logOf(res), find(id), null);
  if (row) return row;
  throw refusal(404, `${noun.charAt(0).toUpperCase()}${noun.slice(1)} not found`);
}
