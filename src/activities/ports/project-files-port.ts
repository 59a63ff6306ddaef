export interface FileActivities {
  /** Removes a project's files where this backend keeps them; nothing there is fine. */
  removeProjectFiles(input: { userId: string; projectId: string }): Promise<void>;
  /** Removes all files of a user where this backend keeps them; nothing there is fine. */
  removeUserFiles(input: { userId: string }): Promise<void>;
}
