import { z } from 'zod';
import type { WorkerConfig } from '../../config.js';
import { lastLines } from '../../domain/chat-lines.js';
import type { MessageReading } from '../../domain/generation-plan.js';
import { READING_SYSTEM_PROMPT, readingPrompt } from '../../domain/reading-prompt.js';
import type { Log } from '../../log.js';
import type { Store } from '../../store/index.js';
import type { JobActivities, JobRef } from '../ports.js';
import { askForJson, createModel } from './ask-model.js';

/** A message waits no longer than this for being read. */
const READING_TIMEOUT_MS = 5_000;
const MAX_TOKENS = 600;
const MAX_REQUEST_CHARS = 2_000;
const LINE_CHARS = 500;

const ReadingJson = z.object({
  intent: z.enum(['restore', 'chat', 'edit']),
  request: z.string().max(MAX_REQUEST_CHARS).catch(''),
  dimension: z.enum(['2d', '3d']).nullable().catch(null),
  style: z.string().nullable().catch(null),
  language: z.enum(['ja', 'en']),
});

export interface ReadingDeps {
  config: Pick<
    WorkerConfig,
    'ANTHROPIC_API_KEY' | 'ANTHROPIC_BASE_URL' | 'CHAT_MODEL' | 'CHAT_TIMEOUT_MS'
  >;
  store: Pick<Store, 'projects' | 'revisions' | 'chatHistory'>;
  log: Log;
}

/** Reading messages by the small model; whoever asks has keyword rules for want of an answer. */
export function readingActivities(deps: ReadingDeps): Pick<JobActivities, 'readMessage'> {
  const anthropic = createModel(deps.config);
  return {
    async readMessage(message) {
      const question = {
        model: deps.config.CHAT_MODEL,
        max_tokens: MAX_TOKENS,
        system: READING_SYSTEM_PROMPT,
        messages: [{ role: 'user' as const, content: await promptOf(deps, message) }],
      };
      try {
        const limits = { timeout: READING_TIMEOUT_MS };
        const { value } = await askForJson(anthropic, question, ReadingJson, limits);
        return value === null ? null : readingOf(value);
      } catch (error) {
        deps.log.warn({ err: error, jobId: message.jobId }, 'a message is read by keywords');
        return null;
      }
    },
  };
}

async function promptOf(
  { store }: ReadingDeps,
  { projectId, content }: JobRef & { content: string },
): Promise<string> {
  const [project, head, history] = await Promise.all([
    store.projects.get(projectId),
    store.revisions.head(projectId),
    store.chatHistory.last(projectId),
  ]);
  return readingPrompt({
    content,
    gameName: head === null ? null : (project?.name ?? ''),
    lines: lastLines(history, { chars: LINE_CHARS, before: content }),
  });
}

function readingOf({ style, ...read }: z.infer<typeof ReadingJson>): MessageReading {
  return { ...read, styleId: style };
}
