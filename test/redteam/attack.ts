import { startNetworkListener } from '../support/network-listener.js';
import { canaries } from './canaries.js';
import { startObeyingModel } from './obeying-model.js';
import type { Results } from './table.js';
import { openTarget } from './target.js';
import { Tally } from './wall.js';
import { bombs } from './walls/bombs.js';
import { callbacks } from './walls/callbacks.js';
import { floods } from './walls/floods.js';
import { foreignIds } from './walls/foreign-ids.js';
import { money } from './walls/money.js';
import { paths } from './walls/paths.js';
import { rows } from './walls/rows.js';
import { takedowns } from './walls/takedowns.js';
import { tokens } from './walls/tokens.js';

const KEY = 'a-key-for-tests';

/**
 * Attacks a running stack at every wall that is reached by its network, and has a model that obeys
 * whatever it reads work in it. `isSmall`: a sample of each; `only`: part of the wall's name.
 */
export async function attackStack(
  { isSmall, only = '' }: { isSmall: boolean; only?: string | undefined },
  onWall: (name: string, tally: Tally) => void = () => undefined,
): Promise<Results> {
  const [model, outside] = await Promise.all([startObeyingModel(), startNetworkListener()]);
  const results: [string, Tally][] = [];
  try {
    const target = await openTarget({ ANTHROPIC_API_KEY: KEY, ANTHROPIC_BASE_URL: model.url });
    try {
      for (const wall of [
        ...[tokens, foreignIds, rows, takedowns, callbacks, bombs, paths],
        ...[canaries(model, outside), money, floods],
      ].filter(({ name }) => name.includes(only))) {
        const tally = new Tally();
        await wall.attack(target, tally, isSmall);
        results.push([wall.name, tally]);
        onWall(wall.name, tally);
      }
    } finally {
      await target.close();
    }
  } finally {
    await Promise.all([model.close(), outside.close()]);
  }
  return results;
}
