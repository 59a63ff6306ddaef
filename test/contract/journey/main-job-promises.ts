import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Stack } from '../../support/stack.js';
import { createUser, type TestUser } from '../../support/users.js';
import { V2Client } from './v2-client.js';
import { inFullRuns } from '../../scope.js';

/** What the promises need of a stack. */
type Reachable = Pick<Stack, 'baseUrl' | 'env'>;

/**
 * The main job as the earlier product's own client does it: no message ids, no cursors. Whole: also
 * what test/contract/ws/jobs.test.ts proves by the same frames.
 */
export function describeMainJob(
  where: string,
  openStack: () => Reachable,
  { isWhole }: { isWhole: boolean },
): void {
  describe(`the main job ${where}`, () => {
    let stack: Reachable;
    let user: TestUser;
    let client: V2Client;
    beforeEach(async () => {
      stack = openStack();
      user = await createUser(stack.env);
      client = await V2Client.connect(stack.baseUrl, user.accessToken);
    });
    afterEach(() => client.close());

    async function get(path: string): Promise<{ status: number; text: string }> {
      const response = await fetch(`${stack.baseUrl}${path}`, {
        headers: { authorization: `Bearer ${user.accessToken}` },
      });
      return { status: response.status, text: await response.text() };
    }

    /** What is served as the project's game, as stored. */
    async function code(projectId: string): Promise<string> {
      const { text } = await get(`/api/projects/${projectId}/code`);
      return (JSON.parse(text) as { code: string }).code;
    }

    async function makeGame(content = '2Dのシューティングゲームを作って'): Promise<string> {
      const projectId = await client.createProject();
      client.say(content);
      await client.next('styleOptions');
      client.pickStyle('neon');
      await client.next('gameUpdated');
      return projectId;
    }

    it('goes from a wish over two questions to a game, a change, versions and back', async () => {
      const projectId = await client.createProject();
      client.say('宇宙シューティングゲームを作って');
      expect((await client.next('geminiChat'))['suggestions']).toEqual(['2Dで作成', '3Dで作成']);
      await client.next('gameUpdated');

      client.say('2Dで作成');
      expect((await client.next('styleOptions'))['styles']).toHaveLength(19);

      client.pickStyle('neon');
      expect(await client.next('gameUpdated')).toMatchObject({ userId: user.id, projectId });
      expect(client.streamed).toMatch(/<!doctype html>/i);
      expect(client.lastChanges).toMatchObject({ mode: 'create' });
      const first = await code(projectId);
      expect(first).toMatch(/<canvas|three/);
      expect((await get(`/game/${user.id}/${projectId}/index.html`)).text).toContain('gameLoaded');

      await client.next('projectRenamed');
      expect(client.projectName).not.toBe('新しいゲーム');

      client.say('敵を青にして');
      await client.next('gameUpdated');
      expect(client.lastChanges).toMatchObject({ mode: 'edit' });
      expect(client.lastChanges!.edits!.length).toBeGreaterThan(0);
      expect(await code(projectId)).not.toBe(first);

      await client.ask({ type: 'getVersions', projectId }, 'versionsList');
      expect(client.versions.map(({ number }) => number)).toEqual([1, 2]);
      const old = client.versions[1]!;
      await expect(
        client.ask(
          { type: 'getVersionEdits', projectId, versionHash: client.versions[0]!.hash },
          'versionEdits',
        ),
      ).resolves.toMatchObject({ versionHash: client.versions[0]!.hash });
      await client.ask({ type: 'restoreVersion', projectId, versionId: old.id }, 'versionRestored');
      expect(await code(projectId)).toBe(first);
      await client.ask({ type: 'getVersions', projectId }, 'versionsList');
      expect(client.versions).toHaveLength(2);
    });

    it('B2: 元に戻して is answered by a proposal; nothing changes until it is confirmed', async () => {
      const projectId = await makeGame();
      const before = await code(projectId);
      client.say('元に戻して');
      expect(await client.next('geminiRestore')).toMatchObject({
        confirmLabel: '戻す',
        cancelLabel: 'キャンセル',
      });
      expect(await client.next('completed')).toMatchObject({
        result: { mode: 'restore', generator: 'claude' },
      });
      expect(await code(projectId)).toBe(before);
    });

    inFullRuns('journey/queue has an answer, ws/jobs the cursors of a reload', () => {
      it('a question is answered in words and makes no version', async () => {
        const projectId = await makeGame();
        client.say('このゲームの遊び方を教えて');
        expect(await client.next('completed')).toMatchObject({
          result: { mode: 'chat', generator: 'haiku' },
        });
        expect(client.bubbles.at(-1)).toMatchObject({ kind: 'assistant' });
        await client.ask({ type: 'getVersions', projectId }, 'versionsList');
        expect(client.versions).toHaveLength(1);
      });
    });

    inFullRuns('journey/queue has an answer, ws/jobs the cursors of a reload', () => {
      it('a reload in the middle of a job finds it running, and hears its end', async () => {
        const projectId = await makeGame();
        client.say('敵を赤にして');
        await client.next('started');
        await client.close();
        client = await V2Client.connect(stack.baseUrl, user.accessToken);
        const selected = await client.select(projectId);
        expect(selected['activeJob']).toMatchObject({ project_id: projectId });
        await client.next('completed');
        expect(client.frames.some(({ type }) => type === 'gameUpdated')).toBe(false);
        expect(client.processing).toBe(false);
      });
    });

    if (!isWhole) return;

    it('A3: a double tap on send is one job', async () => {
      await makeGame();
      client.say('もっと速くして');
      client.say('もっと速くして');
      await client.next('jobStarted');
      await client.next('gameUpdated');
      const jobs = new Set(
        client.frames
          .filter(({ type }) => type === 'jobStarted')
          .slice(1)
          .map((frame) => (frame['job'] as { id: string }).id),
      );
      expect(jobs.size).toBe(1);
      await client.ask({ type: 'getVersions', projectId: client.projectId }, 'versionsList');
      expect(client.versions).toHaveLength(2);
    });

    it('two tabs hear the same job; only the sender is told to reload its game', async () => {
      const projectId = await makeGame();
      const other = await V2Client.connect(stack.baseUrl, user.accessToken);
      await other.select(projectId);
      client.say('敵を緑にして');
      await client.next('jobStarted');
      await other.select(projectId);
      await Promise.all([client.next('gameUpdated'), other.next('completed')]);
      expect(other.frames.some(({ type }) => type === 'gameUpdated')).toBe(false);
      await other.close();
    });

    it('F1: stop ends the job for all, writes no version; the next one is accepted', async () => {
      const projectId = await makeGame();
      const before = await code(projectId);
      client.say('背景を夜にして');
      await client.next('started');
      client.stop();
      const push = await client.next('cancelled');
      const reply = 'message' in push ? push : await client.next('cancelled');
      expect(reply).toMatchObject({ message: 'Job cancelled' });
      client.say('もっと速くして');
      await client.next('gameUpdated');
      await client.ask({ type: 'getVersions', projectId }, 'versionsList');
      expect(client.versions).toHaveLength(2);
      expect(await code(projectId)).not.toBe(before);
    });
  });
}
