import { join, normalize } from 'node:path/posix';
import { AppError } from '../../contracts/base/errors.js';
import { vendoredFile } from '../../domain/game/vendored-libraries.js';
import { isWelcomePage } from '../../domain/game/welcome-page.js';
import { assertCandidatePaths } from './paths.js';
import { compileError, readPage, type ScriptTag } from './html.js';
import { findPlaceholder } from './placeholders.js';

/** One text file of a candidate; `oldText` null = it is new. */
export interface ChangedText {
  readonly path: string;
  readonly oldText: string | null;
  readonly newText: string;
}

export interface Candidate {
  /** All visible paths of the new version. */
  readonly paths: readonly string[];
  readonly changed: readonly ChangedText[];
  /** Text of any file of the new version; null = not there or not text. */
  readonly textOf: (path: string) => Promise<string | null>;
}

export const PAGE = 'index.html';
/** Less code than this cannot be a game. */
const MIN_CODE_CHARS = 200;

/**
 * Is this a game that can be shown (E2)? Throws `CandidateRefused` for paths that no version may
 * hold and `CandidateInvalid` with the reason for a page that is missing, cut, does not compile or
 * is no game. Answers what is doubtful and no reason to refuse: remarks that read like code left
 * out, one sentence for each file.
 */
export async function checkCandidate(candidate: Candidate): Promise<string[]> {
  assertCandidatePaths(candidate.paths);
  const html = await candidate.textOf(PAGE);
  if (html === null) throw invalid('no-page', 'index.html is missing');
  if (isWelcomePage(html)) throw invalid('welcome-page', 'index.html is still the welcome page');
  const page = readPage(html);
  if (page.defect !== null) throw invalid('page-cut', `index.html: ${page.defect}`);
  refuseMissingLibrary(page.scripts, candidate);
  await checkScripts(page.scripts, candidate);
  return candidate.changed.flatMap(({ path, newText, oldText }) => {
    const remark = findPlaceholder(newText, oldText);
    return remark === null ? [] : [`${path} may leave a part out: ${remark}`];
  });
}

async function checkScripts(scripts: readonly ScriptTag[], candidate: Candidate): Promise<void> {
  let codeChars = 0;
  const broken: string[] = [];
  for (const script of scripts) {
    const path = script.src === null ? null : localPath(script.src);
    if (script.src !== null && path === null) continue;
    const code = path === null ? script.code : await candidate.textOf(path);
    if (code === null)
      throw invalid('script-missing', `index.html loads ${script.src}, which is not there`);
    if (script.type === 'classic' || script.type === 'module') codeChars += code.trim().length;
    const trouble =
      code.trim() === '' ? null : compileError(code, script.type, path === null ? script.line : 1);
    if (trouble !== null) broken.push(`${path ?? PAGE} does not compile: ${trouble}`);
  }
  if (broken.length > 0) throw invalid('script-broken', broken.join('; '));
  if (codeChars < MIN_CODE_CHARS) codeChars += await imported(scripts, candidate);
  if (codeChars < MIN_CODE_CHARS) throw invalid('no-game', 'index.html holds no game code');
}

/** Characters of the scripts that the page does not name: an entry imports them. */
async function imported(scripts: readonly ScriptTag[], candidate: Candidate): Promise<number> {
  if (!scripts.some(({ type }) => type === 'module')) return 0;
  const named = scripts.map(({ src }) => src && localPath(src));
  const rest = candidate.paths.filter((path) => /\.m?js$/.test(path) && !named.includes(path));
  const codes = await Promise.all(rest.map((path) => candidate.textOf(path)));
  return codes.reduce((sum, code) => sum + (code?.trim().length ?? 0), 0);
}

const VENDOR = '/vendor/';

/** A library that is not served is no reason where the page has asked for it all along. */
function refuseMissingLibrary(scripts: readonly ScriptTag[], { changed }: Candidate): void {
  const page = changed.find(({ path }) => path === PAGE);
  const missing = scripts.find(
    ({ src }) =>
      src?.startsWith(VENDOR) &&
      vendoredFile(src.slice(VENDOR.length)) === null &&
      !page?.oldText?.includes(src),
  );
  if (page && missing)
    throw invalid('script-missing', `index.html loads ${missing.src}, which is not served`);
}

/**
 * Path inside the project that a script address names; null for other hosts, data and the server's
 * own libraries.
 */
function localPath(src: string): string | null {
  if (/^([a-z][a-z0-9+.-]*:|\/)/i.test(src)) return null;
  const [path = ''] = src.split(/[?#]/);
  try {
    return normalize(join('.', decodeURIComponent(path)));
  } catch {
    return path;
  }
}

function invalid(reason: string, message: string): AppError {
  return new AppError('CandidateInvalid', message, { reason });
}
