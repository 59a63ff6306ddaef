import { createHmac } from 'node:crypto';
import type { Target } from '../target.js';
import { inTurns, type Wall } from '../wall.js';

const EVENTS = [{ type: 'stream', content: 'taken' }];

/** Posts in the name of a runner, by somebody who has no key of a call. */
export const callbacks: Wall = {
  name: 'callbacks of runners without a key, with another one, late, of another call',
  async attack(target, tally) {
    const { jobId } = target;
    const body = JSON.stringify({ callId: `${jobId}.1`, fromSeq: 1, events: EVENTS, final: true });
    const places = [
      `/callback/${jobId}`,
      `/callback/${jobId}/recording`,
      `/callback/actions/${jobId}`,
    ];
    const posts = places.flatMap((path) =>
      [body, '{}', body.replace(`${jobId}.1`, `${target.projectId}.1`)].flatMap((text) =>
        signatures(target, text).map((headers) => ({ path, text, headers })),
      ),
    );
    await inTurns(posts, ({ path, text, headers }) =>
      tally.try(`POST ${path} ${JSON.stringify(headers)}`, async () => {
        const answer = await target.ask(path, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: text,
        });
        return answer.status >= 400 && answer.status < 500 ? true : String(answer.status);
      }),
    );
    await tally.try("the victim's project afterwards", async () => (await target.damage()) ?? true);
  },
};

function signatures({ jobId, stack }: Target, body: string): Record<string, string>[] {
  const now = Math.floor(Date.now() / 1_000);
  const keys = ['', 'secret', jobId, stack.env['SUPABASE_ANON_KEY'] ?? 'anon'];
  const times = [now, now - 86_400, now + 86_400, 0, Date.now()];
  return [
    {},
    { 'x-stream-signature': 'v1=' },
    { 'x-stream-timestamp': String(now), 'x-stream-signature': `v1=${'0'.repeat(64)}` },
    ...keys.flatMap((key) => {
      const callKey = createHmac('sha256', key).update(`${jobId}.1`).digest();
      return times.map((time) => ({
        'x-stream-timestamp': String(time),
        'x-stream-signature': `v1=${createHmac('sha256', callKey)
          .update(`${time}.${body}`)
          .digest('hex')}`,
      }));
    }),
  ];
}
