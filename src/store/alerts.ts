import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config.js';
import { ERROR_POLICY, type ErrorKind } from '../contracts/base/errors.js';
import type { Log } from '../telemetry/log.js';
import type { AlertText } from './tables/alerts.js';
import type { Store } from './index.js';

const WEBHOOK_TIMEOUT_MS = 5_000;
/** Waits between the tries of the webhook. */
const WEBHOOK_DELAYS_MS = [500, 2_000];

export interface Alert extends AlertText {
  /** `error` unless given. */
  readonly level?: 'warn' | 'error';
}

/** Alerts for the operator. Neither call rejects: a failure to store or send is logged. */
export interface Alerts {
  /**
   * Log line, row, webhook; once per kind and key while it stands, then only counted. `details`
   * must hold no secrets.
   */
  raise(alert: Alert): Promise<void>;
  /** The problem is over: the next report is a new alert. */
  clear(alert: Pick<Alert, 'kind' | 'key'>): Promise<void>;
}

/** Raises an alert whose problem stands, clears one whose problem is over. */
export function raiseWhile(isStanding: boolean, alerts: Alerts, alert: Alert): Promise<void> {
  const { kind, key } = alert;
  return isStanding ? alerts.raise(alert) : alerts.clear({ kind, key });
}

/** Raises an alert where the policy of a failure's kind has one: one for all failures of a kind. */
export function raiseByPolicy(
  alerts: Pick<Alerts, 'raise'>,
  what: 'job' | 'action' | 'request',
  kind: ErrorKind,
  rest: Pick<Alert, 'details' | 'standsMs'>,
): void {
  const text = { kind: `${what}Failed`, key: kind, message: `${what}s fail with ${kind}` };
  if (ERROR_POLICY[kind].alert) void alerts.raise({ ...text, ...rest, level: 'warn' });
}

export interface AlertDeps {
  store: Pick<Store, 'alerts'>;
  config: Pick<Config, 'ALERT_WEBHOOK_URL'>;
  log: Log;
}

export function createAlerts(deps: AlertDeps): Alerts {
  const { store, log } = deps;
  return {
    async raise({ level = 'error', standsMs, ...alert }) {
      try {
        const row = await store.alerts.raise({ ...alert, standsMs });
        if (row.times === 1)
          log[level]({ alert: alert.kind, subject: alert.key, ...alert.details }, alert.message);
        if (row.isNotified || deps.config.ALERT_WEBHOOK_URL === undefined) return;
        if (
          await post(deps, deps.config.ALERT_WEBHOOK_URL, {
            ...alert,
            level,
            times: row.times,
            raisedAt: row.raisedAt,
          })
        )
          await store.alerts.notified(row.id);
      } catch (error) {
        log.error(
          { alert: alert.kind, subject: alert.key, ...alert.details, err: error },
          `${alert.message} (this alert could not be stored)`,
        );
      }
    },

    async clear({ kind, key }) {
      try {
        if (await store.alerts.clear(kind, key))
          log.info({ alert: kind, subject: key }, 'alert is over');
      } catch (error) {
        log.warn({ alert: kind, subject: key, err: error }, 'an alert could not be cleared');
      }
    },
  };
}

/** True when the webhook accepted it. Its address is a secret and never logged; a raise retries. */
async function post(
  { log }: AlertDeps,
  url: string,
  body: Record<string, unknown>,
): Promise<boolean> {
  let problem = '';
  for (const delayMs of [0, ...WEBHOOK_DELAYS_MS]) {
    if (delayMs > 0) await sleep(delayMs);
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        redirect: 'error',
        signal: AbortSignal.timeout(WEBHOOK_TIMEOUT_MS),
      });
      await answer.body?.cancel();
      if (answer.ok) return true;
      problem = `status ${answer.status}`;
      // A client error is final.
      if (answer.status < 500 && answer.status !== 429 && answer.status !== 408) break;
    } catch (error) {
      problem = error instanceof Error ? error.name : 'unreachable';
    }
  }
  log.error(
    { alert: body['kind'], subject: body['key'], problem },
    'the alert webhook could not be reached',
  );
  return false;
}
