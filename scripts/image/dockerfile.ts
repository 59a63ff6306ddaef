/** One instruction of a Dockerfile. */
export interface Instruction {
  readonly name: string;
  readonly text: string;
}
export interface Stage {
  readonly name: string;
  readonly base: string;
  readonly instructions: readonly Instruction[];
}

/** The stages of a Dockerfile in order; comments are gone, continued lines joined. */
export function parseDockerfile(text: string): Stage[] {
  const lines = text
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const stages: { name: string; base: string; instructions: Instruction[] }[] = [];
  for (const line of lines) {
    const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    const from = /^(\S+)(?: AS (\w+))?$/i.exec(rest);
    if (name === 'FROM' && from)
      stages.push({ name: from[2] ?? '', base: from[1] ?? '', instructions: [] });
    else stages.at(-1)?.instructions.push({ name, text: rest });
  }
  return stages;
}

/** The stage and those that it stands on, the lowest first. Throws when there is no such stage. */
export function stageInstructions(stages: readonly Stage[], name: string): Instruction[] {
  const stage = stages.find((candidate) => candidate.name === name);
  if (!stage) throw new Error(`the Dockerfile has no stage ${name}`);
  const below = stages.some((candidate) => candidate.name === stage.base)
    ? stageInstructions(stages, stage.base)
    : [];
  return [...below, ...stage.instructions];
}

/** Whether `.dockerignore` keeps a file out of the context: names, folders and `**`. */
export function isIgnored(file: string, ignore: string): boolean {
  return ignore
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .some((line) => {
      const pattern = line
        .replaceAll('.', '\\.')
        .replaceAll('**/', '(.*/)?')
        .replaceAll(/(?<!\.)\*/g, '[^/]*');
      return new RegExp(`^${pattern}(/|$)`).test(file);
    });
}
