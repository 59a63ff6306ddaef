interface CallSite {
  getFunctionName(): string | null;
  getScriptNameOrSourceURL(): string | null | undefined;
  getPosition(): number;
}
type Call = (...given: never[]) => unknown;

/** What only this engine has. */
const errors = Error as unknown as {
  stackTraceLimit: unknown;
  prepareStackTrace: unknown;
  captureStackTrace(holder: object, below: Call): void;
};
const capture = errors.captureStackTrace.bind(Error);

/** Frames that are looked at: most functions call their chance themselves. */
const DEPTHS = [3, 16] as const;
const LIBRARY = /\/(?:vendor|libs?)\/|\.min\.js$/;
/** Functions that draw for others, in which the reason lies; a letter or two mean as little. */
const HELPER = new RegExp(
  '^(?:\\w+\\.)?(?:..?$|_*(?:get|next|in)?_*(?:rand|rnd|pick|choose|choice|shuffle|sample|dice|' +
    'roll|between|range|noise|chance))',
  'i',
);

/**
 * Names the game's function that calls `below`: its name and file, and what it calls of a library.
 * Functions without a name are numbered as they come.
 */
export function watchCallers(): (below: Call) => string {
  const nameless = new Map<string, number>();
  const callerOf = (below: Call): string => {
    let sites: CallSite[] = [];
    for (const depth of DEPTHS) {
      sites = sitesAbove(below, depth);
      const name = nameIn(sites);
      if (name !== null) return name;
    }
    return orderOf(sites, nameless);
  };
  return (below) => {
    try {
      return callerOf(below);
    } catch {
      // The page has locked what this needs.
      return '';
    }
  };
}

function sitesAbove(below: Call, depth: number): CallSite[] {
  const { prepareStackTrace, stackTraceLimit } = errors;
  errors.stackTraceLimit = depth;
  errors.prepareStackTrace = (_: unknown, sites: CallSite[]) => sites;
  const holder: { stack?: CallSite[] } = {};
  capture(holder, below);
  const { stack = [] } = holder;
  errors.stackTraceLimit = stackTraceLimit;
  errors.prepareStackTrace = prepareStackTrace;
  return stack;
}

/** Null when no function there has a name. */
function nameIn(sites: readonly CallSite[]): string | null {
  let library = '';
  for (const site of sites) {
    const file = site.getScriptNameOrSourceURL();
    const name = site.getFunctionName();
    if (!file || !name) continue;
    if (LIBRARY.test(file)) library ||= name;
    else if (!HELPER.test(name))
      return `${library}@${name} ${file.slice(file.lastIndexOf('/') + 1)}`;
  }
  return null;
}

function orderOf(sites: readonly CallSite[], known: Map<string, number>): string {
  const [site] = sites.filter((each) => each.getScriptNameOrSourceURL());
  const place = site ? `${site.getScriptNameOrSourceURL()} ${site.getPosition()}` : '';
  const order = known.get(place) ?? known.size;
  known.set(place, order);
  return `#${order}`;
}
