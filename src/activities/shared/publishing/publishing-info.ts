import { cut } from '../../../contracts/base/cut.js';
import { AppError } from '../../../contracts/base/errors.js';
import { PublishInfo } from '../../../contracts/media/publishing.js';
import { spokenLanguage } from '../../../domain/chat/chat-lines.js';
import {
  publishInfoPrompt,
  publishInfoSystemPrompt,
} from '../../../domain/publishing/publish-prompt.js';
import { WELCOME_PAGE } from '../../../domain/game/welcome-page.js';
import type { Store } from '../../../store/index.js';
import type { Versions } from '../../../versions/kept/versions.js';
import { createModel, readJson, type ModelConfig } from '../planning/ask-model.js';
import type { PublishingActivities } from '../../ports/publishing-port.js';
import { gameTexts } from '../projects/game-texts.js';

const MAX_TOKENS = 1_500;
const MAX_RAW_CHARS = 1_000;

export interface PublishInfoDeps {
  config: ModelConfig;
  store: Pick<Store, 'projects' | 'revisions' | 'chatHistory'>;
  versions: Versions;
}

/** Title, description, rules and tags for the publish page, from what the project holds. */
export function publishInfoActivities(
  deps: PublishInfoDeps,
): Pick<PublishingActivities, 'generatePublishInfo'> {
  const askModel = createModel(deps.config);
  return {
    async generatePublishInfo({ projectId }) {
      const [content, history] = await Promise.all([
        promptOf(deps, projectId),
        deps.store.chatHistory.last(projectId),
      ]);
      const system = publishInfoSystemPrompt(spokenLanguage(history) ?? 'ja');
      return parsePublishInfo(await askModel({ system, content, maxTokens: MAX_TOKENS }));
    },
  };
}

async function promptOf({ store, versions }: PublishInfoDeps, projectId: string): Promise<string> {
  const [project, head] = await Promise.all([
    store.projects.get(projectId),
    store.revisions.head(projectId),
  ]);
  const texts = gameTexts(versions, head && { projectId, revision: head.revision });
  return publishInfoPrompt({
    projectName: project?.name ?? '',
    spec: await texts.spec(),
    code: (await texts.page()) ?? WELCOME_PAGE,
  });
}

/**
 * The JSON that was asked for. Throws `ModelAnswerInvalid` with V2's literal and the model's
 * answer, a line each.
 */
export function parsePublishInfo(text: string): PublishInfo {
  const { hasBraces, value } = readJson(text, PublishInfo);
  if (value !== null) return value;
  const literal = hasBraces ? 'Failed to parse JSON' : 'Failed to parse AI response';
  throw new AppError('ModelAnswerInvalid', `${literal}\n${cut(text, MAX_RAW_CHARS)}`);
}
