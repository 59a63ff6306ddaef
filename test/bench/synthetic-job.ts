import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createClient } from '@supabase/supabase-js';
import type { Stack } from '../support/stack.js';
import type { Bench } from './measurement.js';
import { openSession, type Session } from './player.js';
import { ATTEMPT, CallbackSender } from './callback-sender.js';

/** The database as the service role sees it. */
export const admin = ({ env }: Stack) =>
  createClient(env['SUPABASE_URL'] ?? '', env['SUPABASE_SERVICE_ROLE_KEY'] ?? '', {
    auth: { persistSession: false },
  });

export async function must<T>(answer: PromiseLike<{ data: T; error: unknown }>): Promise<T> {
  const { data, error } = await answer;
  if (error) throw error as Error;
  return data;
}

/**
 * A job whose events are posted by us as a runner would, without a model program: a row, a socket
 * that watches, a signed callback.
 */
export class SyntheticJob {
  private constructor(
    readonly id: string,
    readonly session: Session,
    readonly sender: CallbackSender,
  ) {}

  /** A running job of a new user, whose socket already hears it by the live path. */
  static async start(bench: Bench): Promise<SyntheticJob> {
    const session = await openSession(bench);
    const id = randomUUID();
    await must(
      admin(bench.stack).from('jobs').insert({
        id,
        user_id: session.user.id,
        project_id: session.projectId,
        status: 'processing',
        attempt: ATTEMPT,
      }),
    );
    const secret = (
      await readFile(path.join(bench.stack.dataDir, 'secrets', 'callback-secret'), 'utf8')
    ).trim();
    const sender = new CallbackSender(new URL(bench.stack.baseUrl).port, id, secret);
    // The first event makes the stream; whoever selects the project afterwards has its place there.
    await sender.post([{ type: 'stream', content: 'first ' }], true);
    await session.player.ask(
      { type: 'selectProject', projectId: session.projectId },
      'projectSelected',
    );
    const heard = session.player.next('stream', 30_000);
    await sender.post([{ type: 'stream', content: 'second ' }]);
    await heard;
    session.player.frames = [];
    return new SyntheticJob(id, session, sender);
  }

  /** Ends the row, so that nothing waits for this job. */
  async end(bench: Bench): Promise<void> {
    this.session.player.close();
    await must(
      admin(bench.stack)
        .from('jobs')
        .update({ status: 'failed', error: 'bench' })
        .eq('id', this.id),
    );
  }
}
