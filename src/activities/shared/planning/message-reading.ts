import { z } from 'zod';
import { GENRES } from '../../../contracts/game/brief.js';
import { Language } from '../../../contracts/base/language.js';
import { lastLines } from '../../../domain/chat/chat-lines.js';
import type { MessageReading } from '../../../domain/generation/generation-plan.js';
import { readingPrompt, readingSystemPrompt } from '../../../domain/chat/reading-prompt.js';
import type { Store } from '../../../store/index.js';
import type { JobActivities } from '../../ports/job-port.js';
import type { MessageToRead } from '../../ports/plan-port.js';
import { jobTextAsker, type JobTextDeps } from '../jobs/job-texts.js';
import { toldHistory } from './told-history.js';

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
  genre: z.enum(GENRES).optional().catch(undefined),
  language: Language,
});

export interface ReadingDeps extends JobTextDeps {
  store: JobTextDeps['store'] & Pick<Store, 'reads' | 'revisions'>;
}

/** Reading messages by the small model; its callers have keyword rules in place of an answer. */
export function readingActivities(deps: ReadingDeps): Pick<JobActivities, 'readMessage'> {
  const ask = jobTextAsker(deps);
  return {
    async readMessage(message) {
      const answer = await ask({
        jobId: message.jobId,
        text: 'reading',
        ...(await promptsOf(deps, message)),
        schema: ReadingJson,
        maxTokens: MAX_TOKENS,
        timeoutMs: READING_TIMEOUT_MS,
      });
      return 'value' in answer ? readingOf(answer.value) : null;
    },
  };
}

async function promptsOf(
  { store }: ReadingDeps,
  { projectId, content, skipStyleSelection }: MessageToRead,
): Promise<{ system: string; prompt: string }> {
  const { project, head, history } = await store.reads.projectState(projectId);
  const told = await toldHistory(store, projectId, history);
  const prompt = readingPrompt({
    content,
    gameName: head === null ? null : (project?.name ?? ''),
    lines: lastLines(told, { chars: LINE_CHARS, before: content }),
  });
  const isChosen = head === null && skipStyleSelection === true;
  return { system: readingSystemPrompt(isChosen), prompt };
}

function readingOf({ style, ...read }: z.infer<typeof ReadingJson>): MessageReading {
  return { ...read, styleId: style };
}
