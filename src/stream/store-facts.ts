import type { Mirror } from '../store/mirror/mirror.js';
import { toProjectBrief } from '../store/tables/projects.js';
import type { Store } from '../store/index.js';
import type { FactsSource } from './facts.js';
import type { PublishedCode } from './frames.js';

const ENTRY_POINT = 'index.html';

/**
 * The facts of job frames out of rows and mirror: a published revision tells itself what it changed.
 */
export function storeFacts(
  store: Pick<Store, 'jobs' | 'projects' | 'revisions'>,
  mirror: Pick<Mirror, 'readAiContext' | 'readFile'>,
): FactsSource {
  return {
    job: (jobId) => store.jobs.get(jobId),
    queuePosition: (jobId) => store.jobs.queuePosition(jobId),

    async project(projectId) {
      const row = await store.projects.get(projectId);
      return row && toProjectBrief(row);
    },

    async publishedCode(
      { user_id: userId, project_id: projectId },
      revision,
    ): Promise<PublishedCode | null> {
      const [published, context] = await Promise.all([
        store.revisions.resolve(projectId, revision),
        mirror.readAiContext(userId, projectId, revision),
      ]);
      if (!published || !context) return null;
      const said = {
        ...(context.aiSummary ? { summary: context.aiSummary } : {}),
        suggestions: context.suggestions,
      };
      if (published.parent !== null) return { mode: 'edit', edits: context.edits, ...said };
      const page = await mirror.readFile(userId, projectId, revision, ENTRY_POINT);
      return {
        mode: 'create',
        files: page ? [{ path: ENTRY_POINT, content: page.toString('utf8') }] : [],
        ...said,
      };
    },
  };
}
