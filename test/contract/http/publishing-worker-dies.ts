import { describe, expect, it } from 'vitest';
import { gameIdFor } from '../../../src/contracts/base/ids.js';
import { createStore } from '../../../src/store/index.js';
import { arm, untilHit } from '../../support/crash.js';
import { log } from '../../support/database.js';
import { keysIn } from '../../support/objects.js';
import type { Stack } from '../../support/stack.js';
import type { TestUser } from '../../support/users.js';
import { publishVersion } from '../../support/versions.js';

const LISTING = {
  title: '星よけ',
  description: '星をよける',
  howToPlay: '指で動かす',
  tags: ['星'],
  visibility: 'public',
  remix: 'disallowed',
  thumbnailUrl: null,
};

/** rest.md §9.3, on a stack whose worker nobody else needs. */
export function publishingWorkerDies(opened: () => { stack: Stack; alice: TestUser }): void {
  describe('a worker that dies while a game becomes public', () => {
    it.each(['after-publish-copy', 'after-publish-flip'] as const)(
      '%s: the game is out, once, and the caller is answered',
      async (point) => {
        const { stack, alice } = opened();
        const {
          SUPABASE_URL = '',
          SUPABASE_ANON_KEY = '',
          SUPABASE_SERVICE_ROLE_KEY = '',
        } = stack.env;
        const store = createStore(
          { SUPABASE_URL, SUPABASE_ANON_KEY, SUPABASE_SERVICE_ROLE_KEY },
          log,
        );
        const call = async (method: string, target: string, body?: object) => {
          const answer = await fetch(`${stack.baseUrl}${target}`, {
            method,
            headers: {
              authorization: `Bearer ${alice.accessToken}`,
              'content-type': 'application/json',
            },
            ...(body ? { body: JSON.stringify(body) } : {}),
          });
          return { status: answer.status, json: (await answer.json()) as Record<string, unknown> };
        };
        const projectId = (await store.projects.create(alice.id, '星よけ')).id;
        const gameId = gameIdFor(projectId);
        const revision = await publishVersion({ store }, stack.dataDir, alice, projectId, {
          'index.html': '<html><head></head><body>ゲーム</body></html>',
        });
        await arm(stack, point);
        const answer = call('POST', `/api/projects/${projectId}/publish`, LISTING);
        await untilHit(stack, point);
        await expect(answer).resolves.toMatchObject({ status: 200, json: { gameId, revision } });
        expect(await keysIn(stack.dataDir, `g/${gameId}/`)).toEqual([`g/${gameId}/${revision}`]);
        const { playUrl } = (await call('GET', `/api/games/${gameId}`)).json['game'] as {
          playUrl: string;
        };
        expect((await fetch(`${stack.baseUrl}${playUrl}`)).status).toBe(200);
        const { notifications } = (await call('GET', '/api/notifications')).json as {
          notifications: { projectId?: string }[];
        };
        expect(notifications.filter((each) => each.projectId === projectId)).toHaveLength(1);
      },
    );
  });
}
