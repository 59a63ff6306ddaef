import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundleFetch } from '../git/bundle.js';
import { openRepo, type Repo } from '../git/process.js';
import { initBare, resolve } from '../git/refs.js';
import type { OldProject } from './aside.js';

/**
 * Brings a version, and all that it follows, as a bundle from the Volume of the older layout; null
 * = the Volume has it not. Throws while the Volume cannot be asked.
 */
export type FetchOld = (
  project: Pick<OldProject, 'userId' | 'projectId'>,
  revision: string,
) => Promise<Buffer | null>;

/**
 * What was brought from Volumes, a repository in the scratch folder for each project: heads come
 * first, and with them all that they follow.
 */
export class FetchedRepositories {
  /** A Volume did not answer: this round asks no more. */
  private isAway = false;
  private readonly folder: string;

  constructor(
    dataDir: string,
    private readonly fetchOld: FetchOld | null,
  ) {
    this.folder = path.join(dataDir, 'scratch', 'move');
  }

  /** A repository that has the version; `late` = the Volume is away; null = it has it not. */
  async bring(project: OldProject, revision: string): Promise<Repo | 'late' | null> {
    if (this.fetchOld === null) return null;
    const repo = openRepo(path.join(this.folder, `${project.projectId}.git`));
    if ((await resolve(repo, revision)) !== null) return repo;
    if (this.isAway) return 'late';
    const bundle = await this.ask(this.fetchOld, project, revision);
    if (bundle === null || bundle === 'late') return bundle;
    await initBare(repo.gitDir);
    const file = path.join(repo.gitDir, 'brought.bundle');
    await writeFile(file, bundle);
    await bundleFetch(repo, { file, want: revision });
    return repo;
  }

  private async ask(
    fetchOld: FetchOld,
    project: OldProject,
    revision: string,
  ): Promise<Buffer | 'late' | null> {
    try {
      return await fetchOld(project, revision);
    } catch {
      this.isAway = true;
      return 'late';
    }
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
