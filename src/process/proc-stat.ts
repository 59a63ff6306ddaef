/**
 * The fields of /proc/<pid>/stat behind the program's name, which stands in brackets and may hold
 * blanks: state, parent, …; `startedAt`, in ticks since the machine began, is the twentieth.
 */
export const statFields = (stat: string): string[] =>
  stat.slice(stat.lastIndexOf(')') + 2).split(' ');

/** The place of the start among these fields. */
export const STARTED_AT = 19;

/** The place of the parent's id among these fields. */
export const PARENT = 1;
