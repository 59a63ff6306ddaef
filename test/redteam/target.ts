import { randomUUID } from 'node:crypto';
import { ask, type Answer, type Ask } from '../contract/http/api-process.js';
import { Listener } from '../support/listener.js';
import { startStack, type Stack } from '../support/stack.js';
import { createGuest, createUser, type TestUser } from '../support/users.js';

/** Limits have tests of their own: here each try has to meet the wall behind them. */
const NO_LIMITS = Object.fromEntries(
  ['READS', 'WRITES', 'AI', 'ROWS', 'AUTH', 'ATTEMPTS', 'TOKENS', 'FRAMES', 'SESSIONS'].map(
    (name) => [`RATE_LIMIT_${name}_PER_MIN`, '1000000'],
  ),
);

/** What is the victim's begins with it. */
const MARK = 'victim-mark-';

/** A running stack with a victim, who has a game that nobody else may see, and an attacker. */
export interface Target {
  readonly stack: Stack;
  readonly victim: TestUser;
  readonly attacker: TestUser;
  /** Another one, who has not even an account. */
  readonly guest: TestUser;
  /** The victim's. */
  readonly projectId: string;
  readonly jobId: string;
  /** Requests exactly these bytes of the API. */
  ask(path: string, options?: Ask): Promise<Answer>;
  /** What of the victim stands in `text`; null = nothing. */
  leakIn(text: string): string | null;
  /** Has anything of the victim's changed? Null = no. */
  damage(): Promise<string | null>;
  close(): Promise<void>;
}

export async function openTarget(env: Readonly<Record<string, string>> = {}): Promise<Target> {
  const stack = await startStack({ env: { ...NO_LIMITS, ...env } });
  const mark = `${MARK}${randomUUID()}`;
  const [victim, attacker] = [
    await createUser(stack.env, 'victim'),
    await createUser(stack.env, 'attacker'),
  ];
  const guest = await createGuest(stack.env);
  const port = Number(new URL(stack.baseUrl).port);
  const { projectId, jobId } = await makeGame(stack, victim, mark);
  const owner = { authorization: `Bearer ${victim.accessToken}` };
  const read = async (path: string): Promise<string> =>
    (await ask(port, path, { headers: owner })).text;
  const anon = { ...owner, apikey: stack.env['SUPABASE_ANON_KEY'] ?? '' };
  const state = async (): Promise<string> => {
    const rows = await Promise.all(
      ['chat_history', 'revisions', 'jobs', 'publish_drafts'].map((table) =>
        ask(port, `/rest/v1/${table}?project_id=eq.${projectId}&order=id`, { headers: anon }),
      ),
    );
    const own = await Promise.all([
      read(`/api/projects/${projectId}`),
      read(`/api/projects/${projectId}/code`),
    ]);
    return [...rows.map(({ text }) => text), ...own].join('\n');
  };
  const before = await state();
  // The model writes into a game what it was told: a leak is seen wherever it goes.
  if (!(await read(`/api/projects/${projectId}/code`)).includes(mark))
    throw new Error(`the victim's game does not hold its mark: ${before.slice(0, 500)}`);
  return {
    stack,
    victim,
    attacker,
    guest,
    projectId,
    jobId,
    ask: (path, options) => ask(port, path, options),
    leakIn: (text) => (text.includes(mark) ? mark : null),
    damage: async () => {
      const now = await state();
      return now === before ? null : `the victim's project has changed: ${now.slice(0, 200)}`;
    },
    close: () => stack.stop(),
  };
}

async function makeGame(
  stack: Stack,
  user: TestUser,
  mark: string,
): Promise<{ projectId: string; jobId: string }> {
  const listener = new Listener(stack.baseUrl, user.accessToken);
  await listener.open();
  listener.send({ type: 'createProject', name: mark });
  const made = await listener.until(({ type }) => type === 'projectCreated');
  const projectId = (made['project'] as { id: string }).id;
  await listener.select(projectId);
  listener.say(`2Dのキャッチゲームを作って ${mark}`);
  const { type, jobId = '' } = await listener.untilEnd();
  listener.close();
  if (type !== 'completed') throw new Error(`the victim's game was not made: ${type}`);
  return { projectId, jobId };
}

export const bearer = (token: string): Record<string, string> => ({
  authorization: `Bearer ${token}`,
});
