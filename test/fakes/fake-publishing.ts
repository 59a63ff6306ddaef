import type { IncomingMessage } from 'node:http';
import type { FakeProject, FakeStore } from './fake-store.js';

/** What the AI writes of every game. */
const AI_WORDS = {
  title: 'AIの題名',
  description: 'AIの概要',
  howToPlay: 'AIのルール',
  tags: ['宇宙', 'シューティング', 'カジュアル'],
};

/** What is out, as the server compares it: with the files that the project has now. */
function published({ published: game, versions }: FakeProject): object | null {
  const now = versions.find(({ current }) => current);
  return game && { isNewest: game.revision === now?.hash, ...game };
}

interface FakeAction {
  state: 'processing' | 'completed' | 'failed' | 'cancelled';
  progress: number;
}

/** The calls of the publish page, answered from memory. */
export class FakePublishing {
  /** Videos in the making, by the id that the page gave them; a test moves them on. */
  readonly actions = new Map<string, FakeAction>();
  /** The AI thinks about words until this is done. */
  thinking: Promise<void> = Promise.resolve();
  /** The request for a video is dropped: the work goes on all the same. */
  dropsVideoRequest = false;

  constructor(private readonly store: FakeStore) {}

  reset(): void {
    this.actions.clear();
    this.thinking = Promise.resolve();
    this.dropsVideoRequest = false;
  }

  /** `undefined`: none of these calls. `'drop'`: the line breaks. */
  async answer(
    request: IncomingMessage,
    project: FakeProject,
    what: string,
  ): Promise<{ status: number; body: unknown } | 'drop' | undefined> {
    const ok = (body: unknown) => ({ status: 200, body });
    switch (`${request.method} ${what}`) {
      case 'GET publish-draft':
        return ok(project.draft);
      case 'POST publish-draft': {
        const sent = await bodyOf(request);
        const before = Object.entries(project.draft ?? {}).filter(([field]) => field in sent);
        project.draft = { ...project.draft, ...sent };
        return ok({ ...project.draft, replaced: Object.fromEntries(before) });
      }
      case 'GET publish':
        return ok({
          game: project.takenDown ? null : published(project),
          hasVideo: project.hasVideo,
          takenDown: project.takenDown ?? null,
        });
      case 'POST publish':
        return ok(this.publish(project));
      case 'POST unpublish':
        project.published = null;
        return ok({ success: true });
      case 'POST generate-publish-info':
        await this.thinking;
        return ok(AI_WORDS);
      case 'POST generate-thumbnail':
        return ok({ success: true, thumbnailUrl: '/images/icon-512.png' });
      case 'POST generate-movie':
        return this.video(project, String((await bodyOf(request))['actionId']));
    }
    return undefined;
  }

  private publish(project: FakeProject): object {
    const card = this.store.addPublished(String(project.draft?.['title']));
    Object.assign(card, { isOwner: true, projectId: project.id, thumbnailUrl: '/images/icon.svg' });
    project.isPublic = true;
    project.published = {
      gameId: card.id,
      revision: project.versions[0]?.hash ?? '',
      visibility: 'public',
      url: `/game.html?id=${card.id}`,
    };
    return { success: true, gameId: card.id };
  }

  /** Answers when a test has ended the action. */
  private async video(
    project: FakeProject,
    actionId: string,
  ): Promise<{ status: number; body: unknown } | 'drop'> {
    const action: FakeAction = { state: 'processing', progress: 10 };
    this.actions.set(actionId, action);
    if (this.dropsVideoRequest) return 'drop';
    while (action.state === 'processing') await new Promise((resolve) => setTimeout(resolve, 20));
    project.hasVideo ||= action.state === 'completed';
    return action.state === 'completed'
      ? { status: 200, body: { success: true, movieUrl: '' } }
      : { status: 500, body: { error: 'Failed to render video' } };
  }
}

/** A row as `GET /api/actions/:id` answers it. */
export const actionRow = (id: string, action: FakeAction): object => ({
  id,
  kind: 'renderVideo',
  ...action,
  error: null,
  createdAt: new Date(Date.now() - 65_000).toISOString(),
});

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const raw = Buffer.concat((await request.toArray()) as Buffer[]).toString('utf8');
  return raw === '' ? {} : (JSON.parse(raw) as Record<string, unknown>);
}
