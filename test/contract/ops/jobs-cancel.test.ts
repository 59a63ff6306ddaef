import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newPlayer, say } from '../../support/player.js';
import { startStack, type Stack } from '../../support/stack.js';
import { commandOn } from './command.js';

/** A game takes longer here than the commands that look at it. */
let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ env: { DEMO_SECONDS: '60' } });
});
afterAll(() => stack?.stop());

describe('F1, H2: an operator', () => {
  it('stops a job as its owner does; one that has ended is told so', async () => {
    const dreamcore = commandOn(stack);
    const player = await newPlayer(stack);
    const id = await say(player);
    const open = await dreamcore('jobs', '--user', player.user.id, '--state', 'open', '--json');
    expect(JSON.parse(open.out)).toMatchObject([{ id }]);
    expect(await dreamcore('cancel', id)).toMatchObject({ code: 0, out: `Cancelled: ${id}.\n` });
    await player.listener.until(({ type }) => type === 'cancelled');
    expect((await dreamcore('cancel', id)).out).toBe(`It is cancelled: ${id}.\n`);
    const listed = await dreamcore('jobs', '--user', player.user.id, '--state', 'cancelled');
    expect(listed.out).toContain(id);
    player.listener.close();
  });
});
