import { WELCOME_PAGE } from '../../domain/game/welcome-page.js';
import type { Store } from '../../store/index.js';
import { readAiContext, type AiContext, type VersionReader } from '../../versions/kept/details.js';

/**
 * A project as its player gets it: the files of the current revision, or the welcome page before
 * there is one.
 */
export interface Game {
  readonly userId: string;
  readonly projectId: string;
  /** The project's name. */
  readonly name: string;
  /** Null for the welcome page. */
  readonly revision: string | null;
  /** When the current revision was made; null for the welcome page. */
  readonly changedAt: Date | null;
  /**
   * Bytes of one file; null when the game has no such file. Throws `RevisionMissing` while the
   * files are not moved to an object yet, `RevisionLost` (E7).
   */
  read(path: string): Promise<Buffer | null>;
  /** Paths of all files, the hidden ones included. */
  list(): Promise<string[]>;
  /** What the newest change noted about itself; null when nothing did. */
  aiContext(): Promise<AiContext | null>;
}

export interface Games {
  /**
   * The game of any owner's project, current or in the one version whose hash begins with
   * `version`; null when there is no such project or version.
   */
  open(projectId: string, version?: string): Promise<Game | null>;
}

/** Games at the revision that the database calls current, never an older one. */
export function createGames(
  store: Pick<Store, 'projects' | 'revisions'>,
  versions: VersionReader,
): Games {
  return {
    async open(id, version) {
      const [project, shown] = await Promise.all([
        store.projects.get(id),
        version === undefined ? store.revisions.head(id) : store.revisions.resolve(id, version),
      ]);
      if (!project || (version !== undefined && !shown)) return null;
      const { id: projectId, user_id: userId, name } = project;
      if (!shown) return welcomeGame({ userId, projectId, name });
      const { revision, created_at: createdAt } = shown;
      const made = { projectId, revision };
      return {
        userId,
        projectId,
        name,
        revision,
        changedAt: new Date(createdAt),
        read: (path) => versions.readFile(made, path),
        list: async () => (await versions.listFiles(made)).map((entry) => entry.path),
        aiContext: () => readAiContext(versions, made),
      };
    },
  };
}

function welcomeGame(project: Pick<Game, 'userId' | 'projectId' | 'name'>): Game {
  return {
    ...project,
    revision: null,
    changedAt: null,
    read: async (path) => (path === 'index.html' ? Buffer.from(WELCOME_PAGE) : null),
    list: async () => ['index.html'],
    aiContext: async () => null,
  };
}
