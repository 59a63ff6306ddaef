import { createRequire } from 'node:module';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { binaryOf, browserBox } from '../boxed-browser.js';
import { firstToDie, limited, RENDERER_LIMITS } from '../box-limits.js';
import { chromiumPath } from '../game-page.js';
import { boxArgs, type Isolation } from '../sandbox.js';

const HOME = '/home/gen';
const ROOT = '/opt/dreamcore';
const NODE = `${ROOT}/node`;
const RUNNER = `${ROOT}/runner.mjs`;
const PACKAGE = '@remotion/renderer';

/** What the renderer works with, on this machine. */
export interface RenderFolders {
  /** The composition with the images of the game. */
  readonly site: string;
  /** Where the video goes. */
  readonly made: string;
  /** Where its programs keep their files. */
  readonly temp: string;
}

/** How a renderer is started, and where it sees things. */
export interface RenderBox {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly site: string;
  readonly made: string;
  readonly browser: string;
}

/**
 * The box of a whole renderer: its server, its browser and its encoder talk to each other on a
 * loopback of their own and reach nothing else. Of this machine's files they see the system's
 * programs, fonts, the packages, and `folders`. `runner` is the file of this program. In a
 * container that serves this one run, the container is the box.
 */
export async function renderBox(
  isolation: Isolation,
  folders: RenderFolders,
  { runner, seenFrom }: { runner: string; seenFrom: string },
): Promise<RenderBox> {
  const browser = chromiumPath();
  const PATH = process.env['PATH'];
  if (isolation !== 'bubblewrap') {
    const words = [process.execPath, runner, seenFrom];
    const [command, args] =
      isolation === 'container'
        ? firstToDie([...limited(RENDERER_LIMITS), ...words])
        : [process.execPath, [runner, seenFrom]];
    const env = cleanEnv({ PATH, HOME: folders.temp, TMPDIR: folders.temp });
    return { command, args, env, site: folders.site, made: folders.made, browser };
  }
  const [site, made] = ['/site', '/made'];
  const binary = await binaryOf(browser);
  const node = await realpath(process.execPath);
  const isNodeInside = node.startsWith('/usr/');
  const contents = [
    ...browserBox(binary),
    ...(isNodeInside ? [] : ['--ro-bind', node, NODE]),
    ...['--ro-bind', runner, RUNNER],
    ...['--ro-bind', packagesSeenFrom(seenFrom), `${ROOT}/node_modules`],
    ...['--ro-bind', folders.site, site],
    ...['--bind', folders.made, made],
    // Under its own name, by which the programs of this call are found and ended.
    ...['--bind', folders.temp, folders.temp],
    ...['--setenv', 'TMPDIR', folders.temp],
    ...['--chdir', HOME],
  ];
  const program = [isNodeInside ? node : NODE, RUNNER, RUNNER];
  const [command, args] = firstToDie(['bwrap', ...boxArgs(contents, RENDERER_LIMITS), ...program]);
  return { command, args, env: cleanEnv({ PATH }), site, made, browser: binary };
}

/** The `node_modules` that holds the renderer and all that it needs. */
function packagesSeenFrom(seenFrom: string): string {
  const file = createRequire(seenFrom).resolve(PACKAGE);
  const inside = `${path.sep}node_modules${path.sep}`;
  return file.slice(0, file.lastIndexOf(inside) + inside.length - 1);
}

function cleanEnv(env: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
