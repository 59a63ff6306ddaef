import { isUnavailable } from '../contracts/base/errors.js';
import type { Log } from '../telemetry/log.js';
import { actionsTable } from './tables/actions.js';
import { activityLogTable } from './tables/activity-log.js';
import { alertsTable } from './tables/alerts.js';
import { auditLogTable } from './tables/audit-log.js';
import { assetsTable } from './tables/assets.js';
import { backendStateTable } from './tables/backend-state.js';
import { chatHistoryTable } from './tables/chat-history.js';
import { connect, type Client } from './tables/client.js';
import { endedSessionsTable } from './tables/ended-sessions.js';
import { gameFacesTable } from './tables/game-faces.js';
import { imageClaimsTable } from './tables/image-claims.js';
import { jobsTable } from './tables/jobs.js';
import { joinedReads } from './tables/joined-reads.js';
import { keptBytesTable } from './tables/kept-bytes.js';
import { leasesTable } from './tables/leases.js';
import { objectHomeTable } from './tables/object-home.js';
import { likesTable } from './tables/likes.js';
import { modalCallsTable } from './tables/modal-calls.js';
import { notificationsTable } from './tables/notifications.js';
import { operatorReads } from './tables/operators.js';
import { projectChangesTable } from './tables/project-changes.js';
import { projectsTable } from './tables/projects.js';
import { publishDraftsTable } from './tables/publish-drafts.js';
import { publishedGamesTable } from './tables/published-games.js';
import { pushSubscriptionsTable } from './tables/push-subscriptions.js';
import { queuedMessagesTable } from './tables/queued-messages.js';
import { remixesTable } from './tables/remixes.js';
import { KnownPlaces } from './tables/revision-places.js';
import { revisionsTable } from './tables/revisions.js';
import { schemaTable } from './tables/schema.js';
import { sweepsTable } from './tables/sweeps.js';
import { takedownsTable } from './tables/takedowns.js';
import { unmovedAssets } from './tables/unmoved-assets.js';
import { unmovedVersions } from './tables/unmoved-versions.js';
import { usageTable } from './tables/usage.js';
import { usersTable } from './tables/users.js';
import { volumeHeadsTable } from './tables/volume-heads.js';
import { watchTable } from './tables/watch.js';

export interface StoreConfig {
  readonly SUPABASE_URL: string;
  readonly SUPABASE_ANON_KEY: string;
  readonly SUPABASE_SERVICE_ROLE_KEY: string;
}

export interface StoreOptions {
  /** Upper bound for one operation; 8 s unless given. */
  readonly timeoutMs?: number;
}

/** The tables that a signed-in user may use himself; row-level security decides. */
export type UserStore = Readonly<ReturnType<typeof userTables>>;

/** One table per member, with the rights of the service role: callers check ownership. */
export type Store = Readonly<ReturnType<typeof serviceTables>> & {
  /** The tables of {@link UserStore} with the rights of this access token. */
  asUser(jwt: string): UserStore;
};

/**
 * The database. Every operation throws `OPERATION_FAILED` when the database refuses or does not
 * answer in time: activities throw it on, so that it is retried; the edge turns refused reads into
 * nothing by {@link orNothing}, and reports a database that is down.
 */
export function createStore(
  { SUPABASE_URL, SUPABASE_ANON_KEY, SUPABASE_SERVICE_ROLE_KEY }: StoreConfig,
  log: Log,
  { timeoutMs }: StoreOptions = {},
): Store {
  const service = connect(SUPABASE_URL, SUPABASE_SERVICE_ROLE_KEY, { timeoutMs });
  return {
    ...serviceTables(service, log),
    asUser: (jwt) => userTables(connect(SUPABASE_URL, SUPABASE_ANON_KEY, { jwt, timeoutMs })),
  };
}

function serviceTables(client: Client, log: Log) {
  const places = new KnownPlaces();
  return {
    ...userTables(client),
    users: usersTable(client),
    jobs: jobsTable(client),
    queuedMessages: queuedMessagesTable(client),
    actions: actionsTable(client),
    imageClaims: imageClaimsTable(client),
    revisions: revisionsTable(client, places),
    activityLog: activityLogTable(client, log),
    backendState: backendStateTable(client),
    volumeHeads: volumeHeadsTable(client),
    keptBytes: keptBytesTable(client),
    unmoved: unmovedVersions(client),
    unmovedAssets: unmovedAssets(client),
    usage: usageTable(client),
    modalCalls: modalCallsTable(client),
    alerts: alertsTable(client),
    auditLog: auditLogTable(client),
    watch: watchTable(client),
    publishedGames: publishedGamesTable(client),
    gameFaces: gameFacesTable(client),
    takedowns: takedownsTable(client),
    leases: leasesTable(client),
    objectHome: objectHomeTable(client),
    sweeps: sweepsTable(client),
    likes: likesTable(client),
    notifications: notificationsTable(client),
    pushSubscriptions: pushSubscriptionsTable(client),
    operators: operatorReads(client),
    projectChanges: projectChangesTable(client),
    remixes: remixesTable(client),
    schema: schemaTable(client),
    endedSessions: endedSessionsTable(client),
    reads: joinedReads(client, places),
  };
}

function userTables(client: Client) {
  return {
    projects: projectsTable(client),
    chatHistory: chatHistoryTable(client),
    assets: assetsTable(client),
    publishDrafts: publishDraftsTable(client),
  };
}

/**
 * For reads at the edge: a refusal is logged and means `nothing` (null, an empty list, …). A
 * database that is down throws.
 */
export async function orNothing<T, N>(log: Log, read: Promise<T>, nothing: N): Promise<T | N> {
  try {
    return await read;
  } catch (error) {
    if (isUnavailable(error)) throw error;
    log.warn({ err: error }, 'a read failed and counts as nothing found');
    return nothing;
  }
}
