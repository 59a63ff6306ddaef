import { Client, Connection } from '@temporalio/client';
import { beforeAll, describe, expect, it } from 'vitest';
import { gameIdFor, projectWorkflowId, streamWorkflowId } from '../../../src/contracts/base/ids.js';
import { SEARCH_ATTRIBUTES } from '../../../src/contracts/durable/search-attributes.js';
import type { Player } from '../../support/checker.js';
import { newPlayer, say } from '../../support/player.js';
import { sharedStack } from '../../support/shared-stack.js';
import { commandOn } from './command.js';

const dreamcore = commandOn(sharedStack());
/** Whose job it is, and its id. */
let player: Player;
let id: string;
beforeAll(async () => {
  player = await newPlayer(sharedStack());
  id = await say(player);
  await player.listener.until(({ type }) => type === 'completed');
  player.listener.close();
});

describe('F1, H2: an operator asks for the story of a job', () => {
  it('finds it in the list, and sees steps, cost, files and links', async () => {
    const listed = await dreamcore('jobs', '--user', player.user.email, '--kind', 'generate');
    expect(listed.out).toMatch(new RegExp(`^made .*\n.*${id}  generate  completed  local  `));
    const shown = await dreamcore('show', id);
    expect(shown.out).toMatch(new RegExp(`^generate ${id}: completed, `));
    expect(shown.out).toMatch(/ {2}\+\d+\.\d +runAgent +completed +\d.* s +Claude run 1 \(local\)/);
    expect(shown.out).toMatch(/attempt 1 +model +local +settled +.*\$\d/);
    expect(shown.out).toMatch(/model: \d+ tokens in, \d+ out/);
    expect(shown.out).toMatch(/ {2}added index\.html \(\d+ bytes\)/);
    expect(shown.out).toMatch(
      /temporal +http:\/\/127\.0\.0\.1:\d+\/namespaces\/default\/workflows/,
    );
    expect(shown.out).not.toContain('Not known');
    const replayed = await dreamcore('replay', id);
    expect(replayed.out).toMatch(
      /^project\/.*\/job \(\d+ events, run by build \w+\) replays on build /,
    );
    expect(replayed.code).toBe(0);
    const json = JSON.parse((await dreamcore('show', id, '--json')).out) as { work: unknown };
    expect(json).toMatchObject({
      work: { id, state: 'completed', user_id: player.user.id },
      run: { kind: 'generate', outcome: 'completed', status: 'COMPLETED' },
      end: 'completed',
    });
  });

  it('finds in Temporal where to go on, what made the game and what it cost', async () => {
    const { baseUrl, env } = sharedStack();
    const connection = await Connection.connect({ address: env['TEMPORAL_ADDRESS'] ?? '' });
    try {
      const run = new Client({ connection }).workflow.getHandle(
        projectWorkflowId(player.projectId),
      );
      const result: unknown = await run.result();
      const described = await run.describe();
      const details = await described.staticDetails();
      expect(details).toContain(`[editor](${baseUrl}/project/${player.projectId})`);
      expect(details).toContain(`(${baseUrl}/play/${gameIdFor(player.projectId)})`);
      expect(details).toContain(`(${baseUrl}/ops?job=${id})`);
      const stream = encodeURIComponent(streamWorkflowId(id));
      const ui = env['TEMPORAL_UI_URL'] ?? '';
      expect(details).toContain(`(${ui}/namespaces/default/workflows/${stream})`);
      expect(details).toContain(`npx dreamcore show ${id}`);
      const costUsd = described.typedSearchAttributes.get(SEARCH_ATTRIBUTES.costUsd);
      expect(costUsd).toBeGreaterThan(0);
      expect(described.typedSearchAttributes.get(SEARCH_ATTRIBUTES.attempts)).toBe(1);
      expect(result).toMatchObject({
        ended: 'completed',
        costUsd,
        usage: { costUsd: expect.any(Number) as number, turns: expect.any(Number) as number },
        by: {
          model: expect.stringContaining('claude') as string,
          claudeCode: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string,
          runner: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
        },
        build: expect.any(String) as string,
      });
    } finally {
      await connection.close();
    }
  });

  it('counts what became of accepted jobs', async () => {
    const { out } = await dreamcore('slo', '--days', '2', '--json');
    const slo = JSON.parse(out) as { days: { day: string | null; accepted: number }[] };
    expect(slo.days[0]?.day).toBeNull();
    expect(slo.days[0]?.accepted).toBeGreaterThan(0);
  });

  it('is told what it asked wrongly, and what is not there', async () => {
    const nobody = '00000000-0000-4000-8000-000000000000';
    expect(await dreamcore('show', nobody)).toMatchObject({
      code: 1,
      err: `No job and no action has the id ${nobody}.\n`,
    });
    expect((await dreamcore('show', 'abc')).err).toContain('It is not an id');
    expect((await dreamcore('jobs', '--user', 'no@example.test')).err).toBe(
      'No user has the address no@example.test.\n',
    );
    expect((await dreamcore('jobs', '--since', 'soon')).err).toContain('neither a span');
  });
});
