import { beforeAll, describe, expect, it } from 'vitest';
import { moneyOf } from '../../support/money.js';
import { sharedStack } from '../../support/shared-stack.js';
import { createUser, type TestUser } from '../../support/users.js';
import { commandOn } from './command.js';

const dreamcore = commandOn(sharedStack());
let user: TestUser;
let operator: TestUser;
beforeAll(async () => {
  user = await createUser(sharedStack().env);
  operator = await createUser(sharedStack().env, 'operator');
  await moneyOf(sharedStack(), user.id).spend(1.98);
});

describe('M2: npx dreamcore usage settle', () => {
  const settle = (...args: string[]) => dreamcore('usage', 'settle', `of-${user.id}`, ...args);

  it('corrects what was counted, in the name of an operator', async () => {
    const settled = await settle('--usd', '0.02', '--as', operator.id, '--reason', 'no answer');
    expect(settled).toMatchObject({ code: 0, err: '' });
    expect(settled.out).toBe(`of-${user.id} counts with $0.0200 in place of $1.98.\n`);
    expect(await moneyOf(sharedStack(), user.id).all()).toMatchObject([
      { usd: 0.02, is_cost_known: true },
    ]);
  });

  it('refuses in one sentence: no operator, no amount, no such call', async () => {
    expect((await settle('--usd', '0')).err).toContain('In whose name?');
    expect((await settle('--usd', '-1', '--as', operator.id)).err).toContain('not an amount');
    const missing = await dreamcore('usage', 'settle', 'x.1', '--usd', '0', '--as', operator.id);
    expect(missing).toMatchObject({ code: 1 });
    expect(missing.err).toContain('Nothing was counted for x.1');
    expect(await moneyOf(sharedStack(), user.id).all()).toMatchObject([{ usd: 0.02 }]);
  });
});
