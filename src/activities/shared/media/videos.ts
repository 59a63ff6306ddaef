import { cut } from '../../../contracts/base/cut.js';
import { AppError } from '../../../contracts/base/errors.js';
import { message, render } from '../../../contracts/messages/message.js';
import { VideoStory } from '../../../contracts/media/video.js';
import { spokenLanguage } from '../../../domain/chat/chat-lines.js';
import type { Language } from '../../../contracts/base/language.js';
import {
  plainStory,
  videoSystemPrompt,
  videoPrompt,
  type VideoPromptInput,
} from '../../../domain/game/video-prompt.js';
import { warned, type Log } from '../../../telemetry/log.js';
import type { Store } from '../../../store/index.js';
import type { Versions } from '../../../versions/kept/versions.js';
import { createModel, readJson, type ModelConfig } from '../planning/ask-model.js';
import type { VideoPlanActivities } from '../../ports/video-ports.js';
import { gameTexts } from '../projects/game-texts.js';

const MAX_TOKENS = 600;
const MAX_TITLE_CHARS = 40;

export interface VideoPlanDeps {
  config: ModelConfig;
  store: Pick<Store, 'projects' | 'publishDrafts' | 'chatHistory'>;
  versions: Versions;
  log: Log;
}

/**
 * Texts of a video: the draft's or the project's title, captions by the model, plain ones when it
 * fails.
 */
export function videoPlanActivities({
  config,
  store,
  versions,
  log,
}: VideoPlanDeps): VideoPlanActivities {
  const askModel = createModel(config);
  return {
    async planVideo({ projectId, revision }) {
      const [project, draft, history] = await Promise.all([
        store.projects.get(projectId),
        store.publishDrafts.get(projectId),
        store.chatHistory.last(projectId),
      ]);
      if (!project) throw new AppError('ACCESS_DENIED', 'the project is gone');
      const language = spokenLanguage(history) ?? 'ja';
      const named =
        draft?.title?.trim() || project.name.trim() || render(message('GAME'), language);
      const title = cut(named.replace(/\s+/g, ' '), MAX_TITLE_CHARS);
      const description = draft?.description ?? '';
      const texts = gameTexts(versions, { projectId, revision });
      const facts: VideoPromptInput = {
        title,
        description,
        spec: await texts.spec(),
        code: (await texts.page()) ?? '',
      };
      const story = await askForStory(facts, language).catch(
        warned(
          log,
          { projectId },
          'the model found no words for a video; plain ones are taken',
          plainStory(title, description, language),
        ),
      );
      return { title, story };
    },
  };

  async function askForStory(facts: VideoPromptInput, language: Language): Promise<VideoStory> {
    const text = await askModel({
      system: videoSystemPrompt(language),
      content: videoPrompt(facts),
      maxTokens: MAX_TOKENS,
    });
    const { value } = readJson(text, VideoStory);
    if (value === null) throw new AppError('ModelAnswerInvalid', 'no words for a video');
    return value;
  }
}
