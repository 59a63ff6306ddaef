import { expect, it } from 'vitest';
import { attackTakedown } from '../../redteam/walls/takedowns.js';
import { Tally } from '../../redteam/wall.js';
import { patient } from '../../support/patience.js';
import { sharedStack } from '../../support/shared-stack.js';

/** `npm run redteam` reads after every single write whether the game is still down. */
it(
  'a game that was taken down stays down and is found, whatever its owner writes or deletes',
  async () => {
    const tally = new Tally();
    await attackTakedown(sharedStack(), tally, true);
    expect(tally.fallen).toEqual([]);
    expect(tally.tries).toBeGreaterThan(40);
  },
  patient(120_000),
);
