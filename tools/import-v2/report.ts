/** What an import did, or would do. */
export interface ImportReport {
  readonly dryRun: boolean;
  users: number;
  /** Looked at; those to which something was added. */
  projects: number;
  changedProjects: number;
  versions: number;
  states: number;
  assets: number;
  media: number;
  drafts: number;
  /**
   * Versions and assets that were taken before: their bytes were compared with V2's, or with their
   * hash, once more.
   */
  comparedVersions: number;
  comparedAssets: number;
  /** Projects in the database, of users looked at, that have no folder here. */
  withoutFolder: number;
  /** Files in folders of assets that no row speaks of. */
  unknownFiles: number;
  /** What could not be taken, or not as it was: `where: why`. */
  readonly problems: string[];
}

export function emptyReport(dryRun: boolean): ImportReport {
  return {
    dryRun,
    users: 0,
    projects: 0,
    changedProjects: 0,
    versions: 0,
    states: 0,
    assets: 0,
    media: 0,
    drafts: 0,
    comparedVersions: 0,
    comparedAssets: 0,
    withoutFolder: 0,
    unknownFiles: 0,
    problems: [],
  };
}

/** The report as an operator reads it: the problems one by one, then the sum. */
export function renderReport(report: ImportReport): string {
  const { dryRun, problems } = report;
  return [
    ...problems,
    ...(problems.length > 0 ? [''] : []),
    `${report.users} user(s) and ${report.projects} project(s) looked at.`,
    `${dryRun ? 'Would be taken' : 'Taken'}: ${report.versions} version(s) and ` +
      `${report.states} uncommitted state(s) of ${report.changedProjects} project(s), ` +
      `${report.assets} asset(s), ${report.media} image(s) and video(s), ${report.drafts} ` +
      'draft(s).',
    `Taken before and the same still: ${report.comparedVersions} version(s), ` +
      `${report.comparedAssets} asset(s).`,
    ...(report.withoutFolder > 0
      ? [
          `${report.withoutFolder} project(s) of these users have no folder there: made ` +
            'here, or lost before.',
        ]
      : []),
    ...(report.unknownFiles > 0
      ? [
          `${report.unknownFiles} file(s) lie in folders of assets without a row; they ` +
            'stay where they are.',
        ]
      : []),
    problems.length > 0 ? `${problems.length} problem(s), see above.` : 'No problems.',
    ...(dryRun ? ['Nothing was changed.'] : []),
  ].join('\n');
}
