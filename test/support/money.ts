import type { Stack } from './stack.js';

interface Counted {
  readonly job_id: string;
  readonly kind: string;
  readonly state: string;
  readonly payer: string;
  readonly usd: number;
  readonly is_cost_known: boolean;
  readonly told_usd: number | null;
}

/** What a user has spent, as the operator of a stack sees and changes it. */
export function moneyOf({ env }: Pick<Stack, 'env'>, userId: string) {
  const { SUPABASE_URL = '', SUPABASE_SERVICE_ROLE_KEY: key = '' } = env;
  const ask = async (query: string, init: RequestInit = {}): Promise<unknown> => {
    const answer = await fetch(`${SUPABASE_URL}/rest/v1/usage_events${query}`, {
      ...init,
      headers: { apikey: key, authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    });
    if (!answer.ok) throw new Error(await answer.text());
    const text = await answer.text();
    return text === '' ? null : (JSON.parse(text) as unknown);
  };
  const mark = `of-${userId}`;
  return {
    /** Rows of one job or action. */
    of: (id: string) => ask(`?job_id=eq.${id}&kind=neq.modal&select=kind,state,usd`),
    /** All rows of the user, the oldest first. */
    all: () =>
      ask(
        `?user_id=eq.${userId}&order=created_at` +
          '&select=job_id,kind,state,payer,usd,is_cost_known,told_usd',
      ) as Promise<Counted[]>,
    /** Who pays the attempts of a job, in their order. */
    payers: (id: string) =>
      ask(`?job_id=eq.${id}&kind=eq.model&select=state,payer&order=created_at`),
    /** The short texts of a job, in their order. */
    texts: (id: string) =>
      ask(`?job_id=eq.${id}&kind=eq.text&select=call_id,state,payer&order=created_at`),
    /** As if the user had spent so much today. */
    spend: (usd: number) =>
      ask('', {
        method: 'POST',
        body: JSON.stringify({
          user_id: userId,
          call_id: mark,
          kind: 'model',
          backend: 'local',
          usd,
          state: 'settled',
        }),
      }),
    /** Takes that back. */
    forgive: () => ask(`?call_id=eq.${mark}`, { method: 'DELETE' }),
  };
}
