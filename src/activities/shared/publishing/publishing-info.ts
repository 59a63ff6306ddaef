import type Anthropic from '@anthropic-ai/sdk';
import { AppError } from '../../../contracts/base/errors.js';
import { PublishInfo } from '../../../contracts/media/publishing.js';
import { spokenLanguage } from '../../../domain/chat/chat-lines.js';
import type { Language } from '../../../contracts/base/language.js';
import {
  publishInfoPrompt,
  publishInfoSystemPrompt,
} from '../../../domain/publishing/publish-prompt.js';
import { WELCOME_PAGE } from '../../../domain/game/welcome-page.js';
import type { WorkerConfig } from '../../../config.js';
import type { Store } from '../../../store/index.js';
import type { Versions } from '../../../versions/kept/versions.js';
import { createModel, completeText, readJson } from '../planning/ask-model.js';
import type { PublishingActivities } from '../../ports/publishing-port.js';
import { gameTexts } from '../projects/game-texts.js';

const MAX_TOKENS = 1_500;
const MAX_RAW_CHARS = 1_000;

export interface PublishInfoDeps {
  config: Pick<
    WorkerConfig,
    'ANTHROPIC_API_KEY' | 'ANTHROPIC_BASE_URL' | 'CHAT_MODEL' | 'CHAT_TIMEOUT_MS'
  >;
  store: Pick<Store, 'projects' | 'revisions' | 'chatHistory'>;
  versions: Versions;
}

/** Title, description, rules and tags for the publish page, from what the project holds. */
export function publishInfoActivities(
  deps: PublishInfoDeps,
): Pick<PublishingActivities, 'generatePublishInfo'> {
  const model = createModel(deps.config);
  return {
    async generatePublishInfo({ projectId }) {
      const [prompt, history] = await Promise.all([
        promptOf(deps, projectId),
        deps.store.chatHistory.last(projectId),
      ]);
      const language = spokenLanguage(history) ?? 'ja';
      return parsePublishInfo(await askModel(model, deps.config.CHAT_MODEL, prompt, language));
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

async function askModel(
  anthropic: Anthropic,
  model: string,
  prompt: string,
  language: Language,
): Promise<string> {
  return completeText(anthropic, {
    model,
    max_tokens: MAX_TOKENS,
    system: publishInfoSystemPrompt(language),
    messages: [{ role: 'user', content: prompt }],
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
  throw new AppError('ModelAnswerInvalid', `${literal}\n${text.slice(0, MAX_RAW_CHARS)}`);
}
