/** A project as its player gets it: the files of the current revision, or the welcome page before there is one. */
export interface Game {
  readonly userId: string;
  readonly projectId: string;
  /** When the current revision was made; null for the welcome page. */
  readonly changedAt: Date | null;
  /** Bytes of one file; null when the game has no such file. Throws `RevisionMissing` while the files are not here (E7). */
  read(path: string): Promise<Buffer | null>;
  /** Every file that `accept` takes, in the order of their paths. */
  readAll(accept: (path: string) => boolean): Promise<{ path: string; bytes: Buffer }[]>;
}

export interface Games {
  /** The game of a project, whoever owns it; null when there is no such project. */
  open(projectId: string): Promise<Game | null>;
}
