import { readdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { findChromium } from '../process/chromium.js';
import { absent, ok, type Finding } from './finding.js';

const FONT_FOLDERS = [
  '/usr/share/fonts',
  '/usr/local/share/fonts',
  path.join(os.homedir(), '.local/share/fonts'),
  path.join(os.homedir(), '.fonts'),
];

/** Something that draws thumbnails and videos, and the Debian package that brings it. */
export interface DrawingTool {
  readonly what: string;
  readonly debianPackage: string;
  /** What is not there without it. */
  readonly loss: string;
  readonly isPresent: (env?: NodeJS.ProcessEnv) => boolean | Promise<boolean>;
}

export const DRAWING_TOOLS: readonly DrawingTool[] = [
  {
    what: 'Chromium',
    debianPackage: 'chromium-headless-shell',
    loss: 'thumbnails and videos are off',
    isPresent: (env) => findChromium(env) !== null,
  },
  {
    what: 'Japanese font',
    debianPackage: 'fonts-noto-cjk',
    loss: 'thumbnails and videos show boxes for Japanese',
    isPresent: () => hasFont(/^NotoSansCJK/),
  },
  {
    what: 'emoji font',
    debianPackage: 'fonts-noto-color-emoji',
    loss: 'thumbnails and videos show boxes for emoji',
    isPresent: () => hasFont(/^NotoColorEmoji/),
  },
];

/** Chromium and the fonts that games are drawn with; without one of them a feature is off. */
export function checkDrawing(env: NodeJS.ProcessEnv = process.env): Promise<Finding[]> {
  return Promise.all(
    DRAWING_TOOLS.map(async ({ what, debianPackage, loss, isPresent }) => {
      if (await isPresent(env))
        return ok(what, (what === 'Chromium' && findChromium(env)) || 'there');
      const isMisnamed = what === 'Chromium' && Boolean(env.CHROMIUM_PATH);
      return isMisnamed
        ? absent(
            what,
            `CHROMIUM_PATH names no program, so ${loss}`,
            'correct CHROMIUM_PATH, or unset it',
          )
        : absent(
            what,
            `not found, so ${loss}`,
            `npm run tools, or sudo apt-get install ${debianPackage}`,
          );
    }),
  );
}

/** Other systems bring such fonts with them. */
async function hasFont(name: RegExp): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  const listings = await Promise.all(
    FONT_FOLDERS.map((folder) => readdir(folder, { recursive: true }).catch(() => [])),
  );
  return listings.flat().some((file) => name.test(path.basename(file)));
}
