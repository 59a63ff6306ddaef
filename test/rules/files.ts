import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_ROOT } from '../../src/config.js';

const BINARY = /\.(png|jpe?g|webp|gif|ico|woff2?|zip|mp3|mp4)$/;
/** Games that are played as strangers wrote them, and what was released as it is. */
const STRANGERS = /^(test\/games|kit\/released)\//;

/** Paths of all files under version control that still exist, relative to the project's root. */
export function trackedFiles(): string[] {
  const listed = execFileSync('git', ['ls-files', '-z'], { cwd: PROJECT_ROOT, encoding: 'utf8' })
    .split('\0')
    .filter(Boolean);
  return listed.filter((file) => existsSync(path.join(PROJECT_ROOT, file)));
}

/** Those that hold text. */
export function trackedTexts(): { file: string; text: string }[] {
  return trackedFiles()
    .filter((file) => !BINARY.test(file) && !STRANGERS.test(file))
    .map((file) => ({ file, text: readText(file) }));
}

export function readText(file: string): string {
  return readFileSync(path.join(PROJECT_ROOT, file), 'utf8');
}

export function countLines(text: string): number {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}
