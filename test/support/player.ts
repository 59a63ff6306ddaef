import type { UUID } from 'node:crypto';
import type { Player } from './checker.js';
import { Listener } from './listener.js';
import type { Stack } from './stack.js';
import { createGuest, createUser, type TestUser } from './users.js';

/** What a new player asks for. */
export const GAME = '2Dのキャッチゲームを作って';

/** A new guest with his project and an open socket. */
export const newGuest = async (stack: Pick<Stack, 'env' | 'baseUrl'>): Promise<Player> =>
  playerOf(stack, await createGuest(stack.env));

/** A new user with a new project and an open socket. */
export const newPlayer = async (stack: Pick<Stack, 'env' | 'baseUrl'>): Promise<Player> =>
  playerOf(stack, await createUser(stack.env));

async function playerOf(stack: Pick<Stack, 'baseUrl'>, user: TestUser): Promise<Player> {
  const listener = new Listener(stack.baseUrl, user.accessToken);
  await listener.open();
  return { user, listener, projectId: await listener.createProject() };
}

/** Says it and waits until it is accepted (A8). Answers with the job's id. */
export async function say({ listener }: Player, content = GAME, messageId?: UUID): Promise<string> {
  const from = listener.frames.length;
  listener.say(content, { skipStyleSelection: true }, messageId);
  const { jobId } = (await listener.until(({ type }) => type === 'jobStarted', from)) as {
    jobId: string;
  };
  return jobId;
}
