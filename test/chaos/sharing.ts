import { setTimeout as sleep } from 'node:timers/promises';
import { sha256Of } from '../../src/contracts/base/hashes.js';
import type { Stack } from '../support/stack.js';
import { signIn } from '../support/users.js';
import type { Diary } from './actors.js';
import type { Random } from './random.js';

const GAP_MS = 3_000;
const ANSWER_MS = 20_000;
/** The smallest image that is one; what follows its end is the file's own. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9' +
    'awAAAABJRU5ErkJggg==',
  'base64',
);
const LISTING = {
  ...{ title: '星よけ', description: '星をよける', howToPlay: '指で動かす', tags: ['星'] },
  ...{ visibility: 'public', remix: 'disallowed', thumbnailUrl: null },
};

/** A file whose upload was answered. */
export interface Upload {
  readonly hash: string;
  readonly answeredMs: number;
}

/**
 * Players upload files and publish the games that they have made, until it is told to stop: rows of
 * each kind name bytes.
 */
export class Sharing {
  readonly uploads: Upload[] = [];
  /** Projects whose games were published. */
  readonly published = new Set<string>();
  private readonly stopping = new AbortController();
  private readonly life: Promise<void>;

  constructor(
    private readonly stack: Stack,
    private readonly diary: Diary,
    private readonly random: Random,
  ) {
    this.life = this.shareNowAndThen();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.life;
  }

  private async shareNowAndThen(): Promise<void> {
    const { signal } = this.stopping;
    while (await sleep(GAP_MS, true, { signal }).catch(() => false))
      // A part that is down is a finding of the players.
      await this.share().catch(() => undefined);
  }

  private async share(): Promise<void> {
    const games = this.diary.runs.filter(
      ({ end, projectId }) => end === 'completed' && !this.diary.deleted.has(projectId),
    );
    if (games.length === 0) return;
    const { userId, projectId } = this.random.pick(games);
    const account = this.diary.accounts.get(userId);
    if (!account) return;
    const authorization = `Bearer ${await signIn(this.stack.env, account)}`;
    const ask = async (path: string, init: { headers?: object; body: string | FormData }) =>
      fetch(`${this.stack.baseUrl}${path}`, {
        ...{ method: 'POST', body: init.body, signal: AbortSignal.timeout(ANSWER_MS) },
        headers: { ...init.headers, authorization },
      });
    const bytes = Buffer.concat([PIXEL, Buffer.from(this.random.uuid())]);
    const form = new FormData();
    form.append('file', new Blob([bytes], { type: 'image/png' }), 'hero.png');
    const uploaded = await ask('/api/assets/upload', { body: form });
    if (uploaded.ok) this.uploads.push({ hash: sha256Of(bytes), answeredMs: Date.now() });
    const published = await ask(`/api/projects/${projectId}/publish`, {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(LISTING),
    });
    if (published.ok) this.published.add(projectId);
  }
}
