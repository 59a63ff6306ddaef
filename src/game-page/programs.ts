import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { BuildOptions, BuildResult, OutputFile } from 'esbuild';

/** The programs that run in the page of a game, by the file that each starts with. */
const ENTRIES = {
  /** First in every page that is served to players. */
  frame: 'frame/main.ts',
  /** In a page that is played: before the virtual clock, and after it. */
  giveWay: 'play/give-way.ts',
  play: 'play/main.ts',
  /** In a page that is recorded, after the virtual clock. */
  oneDrawing: 'video/one-drawing.ts',
} as const;

export type PageProgram = keyof typeof ENTRIES;
/** Name of the text that a build puts in place of {@link PAGE_PROGRAMS}. */
const PAGE_PROGRAMS_DEFINE = 'PAGE_PROGRAMS';

/** Defined by the build; where sources run, programs are compiled when they are needed. */
declare const PAGE_PROGRAMS: Readonly<Record<PageProgram, string>>;

const compiled = new Map<PageProgram, string>();

/** One immediately invoked script, for `<script>` or `addInitScript`. */
export function pageProgram(name: PageProgram): string {
  if (typeof PAGE_PROGRAMS !== 'undefined') return PAGE_PROGRAMS[name];
  const program = compiled.get(name) ?? compile(name);
  compiled.set(name, program);
  return program;
}

/** All programs, for esbuild's `define`. */
export function pageProgramsDefine(): Record<string, string> {
  const programs = (Object.keys(ENTRIES) as PageProgram[]).map((name) => [name, compile(name)]);
  return { [PAGE_PROGRAMS_DEFINE]: JSON.stringify(Object.fromEntries(programs)) };
}

function compile(name: PageProgram): string {
  // Not an import: programs of a build, whose images have no esbuild, never come here.
  const esbuild = createRequire(import.meta.url)('esbuild') as {
    buildSync(options: BuildOptions): BuildResult & { outputFiles: OutputFile[] };
  };
  const { outputFiles } = esbuild.buildSync({
    entryPoints: [fileURLToPath(new URL(`browser/${ENTRIES[name]}`, import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2020',
    // The same text on every machine, and no `</script>` in it.
    charset: 'utf8',
    legalComments: 'none',
    minifyWhitespace: true,
    logLevel: 'error',
  });
  return outputFiles.map(({ text }) => text.trim()).join('');
}
