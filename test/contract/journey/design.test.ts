import { Client, Connection } from '@temporalio/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readBrief } from '../../../src/contracts/game/brief.js';
import { projectWorkflowId } from '../../../src/contracts/base/ids.js';
import { readStory } from '../../../src/ops/jobs/story.js';
import { readBudgets } from '../../rules/budgets.js';
import type { Player } from '../../support/checker.js';
import type { JobFrame } from '../../support/listener.js';
import { logDatabaseCalls } from '../../support/database-calls.js';
import { newPlayer, say } from '../../support/player.js';
import { sharedStack } from '../../support/shared-stack.js';
import { versionsOf } from '../../support/versions.js';

/** Calls of the database, without a play; a play and its judging add three. */
const { databaseCalls } = readBudgets();

/** What a first game is to become: told, kept and seen by its operator, on the real stack. */
const stack = sharedStack();
let player: Player;
beforeEach(async () => {
  player = await newPlayer(stack);
  return () => player.listener.close();
});

let connection: Connection;
beforeEach(async () => {
  connection = await Connection.connect({ address: stack.env['TEMPORAL_ADDRESS'] ?? '' });
});
afterEach(() => connection.close());

/** Says it, and answers the job's frames up to its end. */
async function framesOf(content: string): Promise<JobFrame[]> {
  const from = player.listener.frames.length;
  const jobId = await say(player, content);
  await player.listener.until(({ type }) => type === 'completed', from);
  return player.listener.frames.slice(from).filter((frame) => frame.jobId === jobId);
}

async function keptBrief(revision: string) {
  const version = { projectId: player.projectId, revision };
  const file = await versionsOf(stack).readFile(version, 'specs/brief.json');
  return file && readBrief(file.toString('utf8'));
}

async function endOfRun() {
  const run = new Client({ connection }).workflow.getHandle(projectWorkflowId(player.projectId));
  const { revision = '' } = (await run.result()) as { revision?: string };
  return { revision, steps: readStory(await run.fetchHistory()) };
}

describe('B2: a first game is designed before it is written', () => {
  it('tells the pitch first, keeps the brief, shows both steps; a change keeps it', async () => {
    const made = await framesOf('2Dの猫がジャンプするゲームを作って');
    const first = await endOfRun();
    const brief = await keptBrief(first.revision);
    expect(brief).toMatchObject({ by: 'model', genre: 'runner', language: 'ja' });
    const [text] = made.filter(({ type }) => type === 'stream');
    expect(text).toMatchObject({ attempt: 0, content: `${brief?.pitch}\n\n` });

    const names = first.steps.map(({ name }) => name);
    expect(names.slice(names.indexOf('planGeneration'))).toEqual(
      expect.arrayContaining(['planGeneration', 'designGame', 'runAgent']),
    );
    expect(names.indexOf('designGame')).toBeLessThan(names.indexOf('runAgent'));
    const designed = first.steps.find(({ name }) => name === 'designGame');
    expect(designed).toMatchObject({
      state: 'completed',
      summary: 'Design: a brief by the small model, else by rules',
    });

    const calls = await logDatabaseCalls(stack, player);
    const changed = await framesOf('敵を青にして');
    const asked = await calls(changed[0]?.jobId ?? '');
    expect(asked.length, asked.join('\n')).toBeLessThanOrEqual(databaseCalls.change);
    expect(changed.filter(({ type, attempt }) => type === 'stream' && attempt === 0)).toEqual([]);
    const second = await endOfRun();
    expect(second.revision).not.toBe(first.revision);
    expect(second.steps.map(({ name }) => name)).not.toContain('designGame');
    expect(await keptBrief(second.revision)).toEqual(brief);
  });
});
