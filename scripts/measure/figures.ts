import type { Source } from './source.js';

/** Where a chat message enters each process that works on it. */
const MESSAGE_ENTRIES = [
  'src/api/sockets/message-handler.ts',
  'src/workflows/game/generate-game.ts',
  'src/activities/shared/jobs/jobs.ts',
  'src/activities/hosted/agents.ts',
];
/** Words of a private dialect: the field's documents do not use them for programs. */
const HABITS =
  /\b(nobody|whoever|somebody|anybody|tells?|told|says?|said|so many|looks? as if|hears?|heard)\b/i;
const REPEATED_LINES = 6;

export interface Figure {
  readonly name: string;
  readonly value: number;
}

/** Lines of code, without blanks and comments, by room: `src/<room>`, else the top folder. */
export function linesByRoom(sources: readonly Source[]): Map<string, number> {
  const lines = new Map<string, number>();
  for (const { file, code } of sources) {
    const room = roomOf(file);
    lines.set(room, (lines.get(room) ?? 0) + codeLines(code).length);
  }
  return lines;
}

/** `src/api/server.ts` is of `src/api`, `src/config.ts` of `src`, `dev/stack/ports.ts` of `dev`. */
function roomOf(file: string): string {
  const [top = '', second = '', third] = file.split('/');
  return top === 'src' && third !== undefined ? `${top}/${second}` : top;
}

/** What a chat message needs at run time, circles, repeats and habitual words. */
export function figuresOf(sources: readonly Source[]): Figure[] {
  const byFile = new Map(sources.map((source) => [source.file, source]));
  const closure = closureOf(byFile, MESSAGE_ENTRIES);
  const sum = (pick: (source: Source) => number): number =>
    closure.reduce((total, source) => total + pick(source), 0);
  return [
    { name: 'files of a message (value imports)', value: closure.length },
    { name: 'statements of a message', value: sum(({ statements }) => statements) },
    {
      name: 'imported names of a message',
      value: sum(({ imports }) =>
        imports.reduce((total, { isType, names }) => total + (isType ? 0 : names), 0),
      ),
    },
    { name: 'files in circles of imports, types counted', value: filesInCircles(byFile).length },
    { name: `places of ${REPEATED_LINES} repeated lines`, value: repeatedBlocks(sources) },
    { name: 'comment lines in habitual words', value: habitualLines(sources).length },
  ];
}

function closureOf(byFile: ReadonlyMap<string, Source>, entries: readonly string[]): Source[] {
  const seen = new Set<string>();
  const waiting = entries.filter((file) => byFile.has(file));
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    for (const { file: next, isType } of byFile.get(file)?.imports ?? [])
      if (next !== null && !isType && byFile.has(next)) waiting.push(next);
  }
  return [...seen].flatMap((file) => byFile.get(file) ?? []);
}

/** Files that reach themselves over imports, those of types included. */
function filesInCircles(byFile: ReadonlyMap<string, Source>): string[] {
  const next = (file: string): string[] =>
    (byFile.get(file)?.imports ?? []).flatMap(({ file: to }) => (to !== null ? [to] : []));
  return [...byFile.keys()].filter((start) => {
    const seen = new Set<string>();
    const waiting = next(start);
    for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
      if (file === start) return true;
      if (seen.has(file)) continue;
      seen.add(file);
      waiting.push(...next(file));
    }
    return false;
  });
}

const codeLines = (code: string): string[] =>
  code
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);

/** Runs of equal lines that stand in two places; imports and lone brackets do not count. */
function repeatedBlocks(sources: readonly Source[]): number {
  const seen = new Set<string>();
  let repeats = 0;
  for (const { code } of sources) {
    const lines = codeLines(code).filter((line) => !/^(import|export \{|[\])}{(;,]+$)/.test(line));
    for (let at = 0; at + REPEATED_LINES <= lines.length; at += 1) {
      const block = lines.slice(at, at + REPEATED_LINES).join('\n');
      if (seen.has(block)) repeats += 1;
      seen.add(block);
    }
  }
  return repeats;
}

export function habitualLines(sources: readonly Source[]): string[] {
  return sources.flatMap(({ file, comments }) =>
    comments
      .flatMap((comment) => comment.split('\n'))
      .filter((line) => HABITS.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  );
}
