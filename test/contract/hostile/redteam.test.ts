import { expect, it } from 'vitest';
import { attackStack } from '../../redteam/attack.js';
import { patient } from '../../support/patience.js';

/** `npm run redteam` attacks with all that there is, and counts it in docs/security.md. */
it(
  'a sample of all attacks on a running stack gets nowhere',
  async () => {
    const results = await attackStack({ isSmall: true });
    expect(results.flatMap(([name, { fallen }]) => fallen.map((what) => [name, what]))).toEqual([]);
    for (const [name, { tries }] of results) expect([name, tries > 4]).toEqual([name, true]);
  },
  patient(300_000),
);
