import { AppError } from '../../contracts/base/errors.js';

const MAX_PATH_CHARS = 200;
const MAX_DEPTH = 8;
const MAX_NAME_BYTES = 255;
const SHOWN_CHARS = 1_000;

/** Where V2's notes about a version lie: the one hidden folder that versions hold. */
export const CONTEXT_FOLDER = '.ai-context/';

/**
 * Control characters, line ends, what turns or hides text (bidi controls, zero width, tags), half
 * characters, and what Windows takes for something else. U+200D stays: it joins emoji.
 */
const REFUSED_CHARACTERS = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\\:*?"<>|]|(?!\u200d)\p{Cf}/u;
/** What a later run of a model program would take for its orders or settings. */
const AGENT_FILES = /^(claude(\.local)?\.md|agents(\.override)?\.md|\.mcp\.json|\.claude.*)$/;
const GIT_NAMES = /^(\.{1,2}|\.git|git~\d+)$/;
/** What git takes a folder for a repository by. */
const REPOSITORY = ['head', 'objects', 'refs'];

const isPage = (path: string): boolean => path === 'index.html';

/** Equal for names that some file system treats as one: case, Unicode form, joiners. */
function folded(name: string): string {
  if (/^[\x20-\x7e]*$/.test(name)) return name.toLowerCase();
  return name
    .replace(/\p{Cf}/gu, '')
    .normalize('NFC')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFC');
}

function nameTrouble(name: string): string | null {
  const plain = folded(name);
  if (name === '' || GIT_NAMES.test(plain)) return 'path';
  if (AGENT_FILES.test(plain)) return 'agent-file';
  if (name.includes('\ufffd')) return 'name-not-utf8';
  if (REFUSED_CHARACTERS.test(name) || /[. ]$/.test(name)) return 'path-characters';
  if (name.startsWith('-')) return 'name-is-option';
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return 'path-too-long';
  return null;
}

/** Why no version may hold this path; null = it may. `reason` is stable, for tests and logs. */
export function pathTrouble(path: string): string | null {
  const names = path.split('/');
  if (path.length > MAX_PATH_CHARS || names.length > MAX_DEPTH) return 'path-too-long';
  return names.map(nameTrouble).find((trouble) => trouble !== null) ?? null;
}

/**
 * Which of the paths of a version it may not hold, each with the reason (E2, E3): names that mean
 * something to git, a shell, a screen or a model program, one of two that differ in case or Unicode
 * form only, and folders that look like a repository.
 */
export function refusedPaths(paths: readonly string[]): Map<string, string> {
  const refused = new Map<string, string>();
  const spelling = new Map<string, string>();
  const holds = new Map<string, Set<string>>();
  // The page itself is never the twin that goes.
  for (const path of paths.filter(isPage).concat(paths.filter((each) => !isPage(each)))) {
    const trouble = pathTrouble(path) ?? twinTrouble(path, spelling);
    if (trouble !== null) {
      refused.set(path, trouble);
      continue;
    }
    const parts = folded(path).split('/');
    for (const [depth, part] of parts.entries()) {
      const folder = parts.slice(0, depth).join('/');
      if (REPOSITORY.includes(part)) holds.set(folder, (holds.get(folder) ?? new Set()).add(part));
    }
  }
  const repositories = [...holds].filter(([, parts]) => parts.size === REPOSITORY.length);
  for (const path of repositories.length === 0 ? [] : paths)
    if (!refused.has(path) && repositories.some(([folder]) => isRepositoryPart(path, folder)))
      refused.set(path, 'repository');
  return refused;
}

/** Is the first spelling of each part of the path that was seen another one? Notes those of it. */
function twinTrouble(path: string, spelling: Map<string, string>): string | null {
  const parts = path.split('/');
  const prefixes = parts.map((_part, depth) => parts.slice(0, depth + 1).join('/'));
  const isTwin = prefixes.some((prefix) => (spelling.get(folded(prefix)) ?? prefix) !== prefix);
  if (isTwin) return 'name-twice';
  for (const prefix of prefixes) spelling.set(folded(prefix), prefix);
  return null;
}

/** Is it one of the parts by which `folder` would be taken for a repository? */
function isRepositoryPart(path: string, folder: string): boolean {
  const plain = folded(path);
  if (folder !== '' && !plain.startsWith(`${folder}/`)) return false;
  const [part = ''] = plain.slice(folder === '' ? 0 : folder.length + 1).split('/');
  return REPOSITORY.includes(part);
}

/** Throws `CandidateRefused` for the first path that no version may hold. */
export function assertVersionPaths(paths: readonly string[]): void {
  const [first] = refusedPaths(paths);
  if (first === undefined) return;
  const [path, reason] = [first[0].slice(0, SHOWN_CHARS), first[1]];
  throw new AppError('CandidateRefused', `${reason}: ${JSON.stringify(path)}`, { reason, path });
}
