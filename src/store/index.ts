import { isUnavailable } from '../contracts/errors.js';
import type { Log } from '../telemetry/log.js';
import { actionsTable, type Actions } from './tables/actions.js';
import { activityLogTable, type ActivityLog } from './tables/activity-log.js';
import { alertsTable, type AlertRows } from './tables/alerts.js';
import { auditLogTable, type AuditLog } from './tables/audit-log.js';
import { assetsTable, type Assets } from './tables/assets.js';
import { backendStateTable, type BackendStates } from './tables/backend-state.js';
import { chatHistoryTable, type ChatHistory } from './tables/chat-history.js';
import { connect, type Client } from './tables/client.js';
import { endedSessionsTable, type EndedSessionRows } from './tables/ended-sessions.js';
import { jobsTable, type Jobs } from './tables/jobs.js';
import { joinedReads, type JoinedReads } from './tables/joined-reads.js';
import { likesTable, type Likes } from './tables/likes.js';
import { modalCallsTable, type ModalCalls } from './tables/modal-calls.js';
import { notificationsTable, type Notifications } from './tables/notifications.js';
import { operatorReads, type OperatorReads } from './tables/operators.js';
import { projectChangesTable, type ProjectChanges } from './tables/project-changes.js';
import { projectsTable, type Projects } from './tables/projects.js';
import { publishDraftsTable, type PublishDrafts } from './tables/publish-drafts.js';
import { publishedGamesTable, type PublishedGames } from './tables/published-games.js';
import { pushSubscriptionsTable, type PushSubscriptions } from './tables/push-subscriptions.js';
import { remixesTable, type Remixes } from './tables/remixes.js';
import { revisionsTable, type Revisions } from './tables/revisions.js';
import { schemaTable, type Schema } from './tables/schema.js';
import { takedownsTable, type Takedowns } from './tables/takedowns.js';
import { usageTable, type Usage } from './tables/usage.js';
import { usersTable, type Users } from './tables/users.js';
import { volumeHeadsTable, type VolumeHeads } from './tables/volume-heads.js';
import { volumeSizesTable, type VolumeSizes } from './tables/volume-sizes.js';
import { watchTable, type WatchTable } from './tables/watch.js';

export interface StoreConfig {
  readonly SUPABASE_URL: string;
  readonly SUPABASE_ANON_KEY: string;
  readonly SUPABASE_SERVICE_ROLE_KEY: string;
}

export interface StoreOptions {
  /** How long one operation may take; 8 s unless somebody waits who must hear sooner. */
  readonly timeoutMs?: number;
}

/** What a signed-in user may do himself; row-level security decides. */
export interface UserStore {
  readonly projects: Projects;
  readonly chatHistory: ChatHistory;
  readonly assets: Assets;
  readonly publishDrafts: PublishDrafts;
}

/**
 * One table per member, with the rights of the service role: ownership is the caller's business.
 */
export interface Store extends UserStore {
  readonly users: Users;
  readonly jobs: Jobs;
  readonly actions: Actions;
  readonly revisions: Revisions;
  readonly activityLog: ActivityLog;
  readonly backendState: BackendStates;
  readonly volumeHeads: VolumeHeads;
  readonly volumeSizes: VolumeSizes;
  readonly usage: Usage;
  readonly modalCalls: ModalCalls;
  readonly alerts: AlertRows;
  readonly auditLog: AuditLog;
  readonly watch: WatchTable;
  readonly publishedGames: PublishedGames;
  readonly takedowns: Takedowns;
  readonly likes: Likes;
  readonly notifications: Notifications;
  readonly pushSubscriptions: PushSubscriptions;
  readonly operators: OperatorReads;
  readonly projectChanges: ProjectChanges;
  readonly remixes: Remixes;
  readonly schema: Schema;
  readonly endedSessions: EndedSessionRows;
  readonly reads: JoinedReads;
  /** The same tables with the rights of whoever holds this access token. */
  asUser(jwt: string): UserStore;
}

/**
 * The database. Every operation throws `OPERATION_FAILED` when the database refuses or does not
 * answer in time: activities let that through, so that it is tried again; the edge turns refused
 * reads into nothing by {@link orNothing}, and tells of a database that is away.
 */
export function createStore(
  { SUPABASE_URL, SUPABASE_ANON_KEY, SUPABASE_SERVICE_ROLE_KEY }: StoreConfig,
  log: Log,
  { timeoutMs }: StoreOptions = {},
): Store {
  const service = connect(SUPABASE_URL, SUPABASE_SERVICE_ROLE_KEY, { timeoutMs });
  return {
    ...userTables(service),
    users: usersTable(service),
    jobs: jobsTable(service),
    actions: actionsTable(service),
    revisions: revisionsTable(service),
    activityLog: activityLogTable(service, log),
    backendState: backendStateTable(service),
    volumeHeads: volumeHeadsTable(service),
    volumeSizes: volumeSizesTable(service),
    usage: usageTable(service),
    modalCalls: modalCallsTable(service),
    alerts: alertsTable(service),
    auditLog: auditLogTable(service),
    watch: watchTable(service),
    publishedGames: publishedGamesTable(service),
    takedowns: takedownsTable(service),
    likes: likesTable(service),
    notifications: notificationsTable(service),
    pushSubscriptions: pushSubscriptionsTable(service),
    operators: operatorReads(service),
    projectChanges: projectChangesTable(service),
    remixes: remixesTable(service),
    schema: schemaTable(service),
    endedSessions: endedSessionsTable(service),
    reads: joinedReads(service),
    asUser: (jwt) => userTables(connect(SUPABASE_URL, SUPABASE_ANON_KEY, { jwt, timeoutMs })),
  };
}

function userTables(client: Client): UserStore {
  return {
    projects: projectsTable(client),
    chatHistory: chatHistoryTable(client),
    assets: assetsTable(client),
    publishDrafts: publishDraftsTable(client),
  };
}

/**
 * For reads at the edge: a refusal is logged and means `nothing` (null, an empty list, …). A
 * database that cannot be asked is no answer: that is thrown.
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
