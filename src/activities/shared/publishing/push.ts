import { ApplicationFailure } from '@temporalio/common';
import webPush, { type RequestDetails } from 'web-push';
import type { Config } from '../../../config.js';
import { sha256Of } from '../../../contracts/base/hashes.js';
import type { PushedNote } from '../../../contracts/media/push.js';
import { isPushEndpoint } from '../../../domain/push/push-endpoint.js';
import { pushedNote, switchOf } from '../../../domain/push/push-note.js';
import type { Log } from '../../../telemetry/log.js';
import type { Store } from '../../../store/index.js';
import type { PushSubscription } from '../../../store/tables/push-subscriptions.js';
import { vapidOf, type Vapid } from '../../../vapid.js';
import type { PushActivities } from '../../ports/push-port.js';

const ANSWER_TIMEOUT_MS = 10_000;
/** A notification for a browser that is off for longer is dropped: it is outdated by then. */
const KEPT_S = 12 * 60 * 60;
/** Events of games in one round. */
const MAX_CLAIMED = 100;
/** A service that asks for more patience is asked no sooner, but not for ever. */
const MAX_PATIENCE_S = 120;

export interface PushDeps {
  config: Pick<
    Config,
    'VAPID_PUBLIC_KEY' | 'VAPID_PRIVATE_KEY' | 'VAPID_SUBJECT' | 'PUSH_TEST_ORIGIN'
  >;
  store: Pick<Store, 'pushSubscriptions' | 'notifications' | 'projects'>;
  log: Log;
}

export interface Pushes {
  /** Keys are configured. */
  readonly isOn: boolean;
  readonly activities: PushActivities;
}

/** Web Push; without keys nothing is sent. */
export function createPushes(deps: PushDeps): Pushes {
  const { store } = deps;
  const vapid = vapidOf(deps.config);
  return {
    isOn: vapid !== null,
    activities: {
      async listPushTargets({ userId, event }) {
        if (vapid === null) return [];
        const muted = await store.notifications.mutedOf(userId);
        return muted.includes(switchOf(event)) ? [] : store.pushSubscriptions.idsOf(userId);
      },
      claimPushes: () => store.notifications.claimPushes(MAX_CLAIMED),
      sendPush: (input) => sendPush(deps, vapid, input),
    },
  };
}

async function sendPush(
  deps: PushDeps,
  vapid: Vapid | null,
  { userId, projectId, subscriptionId, event }: Parameters<PushActivities['sendPush']>[0],
): Promise<'sent' | 'gone' | 'refused'> {
  const { pushSubscriptions, projects } = deps.store;
  const [subscription, project] = await Promise.all([
    pushSubscriptions.get(userId, subscriptionId),
    projects.get(projectId),
  ]);
  if (vapid === null || subscription === null || project === null) return 'refused';
  const note = pushedNote(event, project, subscription.language);
  const request = requestOf(deps, vapid, subscription, note);
  const answered = request === null ? 'gone' : await post(deps, request, subscriptionId);
  if (answered === 'gone') await pushSubscriptions.remove(subscriptionId);
  if (answered === 'sent') await pushSubscriptions.noteUsed(subscriptionId);
  return answered;
}

/** Null: nothing can be sent to this browser, now or later. */
function requestOf(
  { config, log }: PushDeps,
  vapidDetails: Vapid,
  { id, endpoint, p256dh, auth }: PushSubscription,
  note: PushedNote,
): RequestDetails | null {
  if (!isPushEndpoint(endpoint, config.PUSH_TEST_ORIGIN)) return null;
  try {
    return webPush.generateRequestDetails(
      { endpoint, keys: { p256dh, auth } },
      JSON.stringify(note),
      {
        vapidDetails,
        TTL: KEPT_S,
        urgency: 'high',
        // At most 32 characters: the service keeps the newest note of a topic only.
        topic: sha256Of(note.topic).slice(0, 32),
      },
    );
  } catch (error) {
    log.warn({ err: error, subscriptionId: id }, 'keys of a browser cannot be used');
    return null;
  }
}

async function post(
  { log }: PushDeps,
  { endpoint, method, headers, body }: RequestDetails,
  subscriptionId: string,
): Promise<'sent' | 'gone' | 'refused'> {
  const given = Object.entries(headers).filter(([name]) => name !== 'Content-Length');
  const answer = await fetch(endpoint, {
    method,
    headers: given.map(([name, value]): [string, string] => [name, String(value)]),
    ...(body === null ? {} : { body: new Uint8Array(body) }),
    redirect: 'manual',
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  });
  // The body is not needed, and could be long.
  await answer.body?.cancel();
  const { status } = answer;
  if (answer.ok) return 'sent';
  if (status === 404 || status === 410) return 'gone';
  if (status === 429 || status >= 500) throw unanswered(status, answer.headers.get('retry-after'));
  log.warn({ subscriptionId, status }, 'a push service refuses a note');
  return 'refused';
}

function unanswered(status: number, retryAfter: string | null): ApplicationFailure {
  const seconds = Math.min(Number(retryAfter), MAX_PATIENCE_S);
  return ApplicationFailure.create({
    type: 'PushUnavailable',
    message: `a push service answers ${status}`,
    ...(seconds > 0 ? { nextRetryDelay: `${seconds} seconds` } : {}),
  });
}
