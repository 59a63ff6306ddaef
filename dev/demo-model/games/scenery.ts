import type { Scenery } from '../tables.js';

const PAINTER_STARTS = /^ {2}(\w+): \{$/;

/** The painters of kit/scenery.html by place. */
function paintersOf(script: string): ReadonlyMap<string, string> {
  const painters = new Map<string, string>();
  let name: string | null = null;
  let lines: string[] = [];
  for (const line of script.split('\n')) {
    name ??= PAINTER_STARTS.exec(line)?.[1] ?? null;
    if (name === null) continue;
    lines.push(line);
    if (line !== '  },') continue;
    painters.set(name, lines.join('\n'));
    name = null;
    lines = [];
  }
  return painters;
}

/** Knows how to paint every place; a game carries the painter of its own place only. */
export class SceneryBook {
  private readonly painters: ReadonlyMap<string, string>;

  constructor(private readonly script: string) {
    this.painters = paintersOf(script);
  }

  /** The code of one place, as it stands in a game of that place. */
  painter(scenery: Scenery): string {
    return this.painters.get(scenery) ?? '';
  }

  /** kit/scenery.html with one painter only. */
  scriptFor(scenery: Scenery): string {
    let script = this.script;
    for (const [name, code] of this.painters)
      if (name !== scenery) script = script.replace(`${code}\n`, () => '');
    return script;
  }
}
