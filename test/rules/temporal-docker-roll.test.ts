import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../../src/config.js';

const SCRIPT = path.join(PROJECT_ROOT, 'temporal-docker/scripts/roll.sh');
/** Notes how it was called; `deploy roll` ends with $ROLL_CODE, `deploy drain` with $DRAIN_CODE. */
const DOCKER = `#!/bin/sh
echo "$DEPLOY_CURRENT|$*" >>"$CALLS"
case "$*" in *'deploy roll'*) exit "$ROLL_CODE" ;; *'deploy drain'*) exit "$DRAIN_CODE" ;; esac
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'dreamcore-roll-'));
  writeFileSync(path.join(folder, 'docker'), DOCKER, { mode: 0o755 });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function roll(
  { rollCode = 0, drainCode = 0 },
  ...args: string[]
): { status: number | null; calls: string[] } {
  const calls = path.join(folder, 'calls');
  const { status } = spawnSync(SCRIPT, args, {
    env: {
      PATH: `${folder}:${process.env['PATH']}`,
      CALLS: calls,
      ROLL_CODE: String(rollCode),
      DRAIN_CODE: String(drainCode),
      DEPLOY_CURRENT: 'auto',
    },
  });
  return { status, calls: readFileSync(calls, 'utf8').trim().split('\n') };
}

const NEXT = [
  'auto|compose --profile app build api worker',
  'manual|compose --profile app run --detach --rm --no-deps --name dreamcore-next-worker worker',
];
const STOP = 'auto|stop -t 90 dreamcore-next-worker';
const RUN = 'auto|compose --profile app run --rm --no-deps worker';
const deployRoll = (options: string): string =>
  `${RUN} node bin/dreamcore.js deploy roll${options}`;

describe('O4: scripts/roll.sh', () => {
  it.each([
    ['runs of the build before have ended', 0],
    ['its time is over', 1],
  ])('replaces API and workers after roll and drain, when %s', (_when, drainCode) => {
    expect(roll({ drainCode }, '--percent', '5')).toEqual({
      status: 0,
      calls: [
        ...NEXT,
        deployRoll(' --percent 5'),
        `${RUN} node bin/dreamcore.js deploy drain`,
        'auto|compose --profile app up --detach --wait',
        STOP,
      ],
    });
  });

  it('leaves API and workers as they are where the new build is worse', () => {
    expect(roll({ rollCode: 1 })).toEqual({ status: 1, calls: [...NEXT, deployRoll(''), STOP] });
  });
});
