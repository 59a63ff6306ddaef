import { describe, expect, it } from 'vitest';

/**
 * All orders of what happens beside a sweep: two attempts of a job on two hosts, its cancel, a
 * writer that wakes up late, a restore, a second job, days that pass, the sweep itself. A step is
 * what the store or the database does at once.
 */
interface Rules {
  /** The sweep takes what has no row once its work has ended, a day ago; both in one statement. */
  readonly workEnded: boolean;
  readonly dayLater: boolean;
  readonly oneStatement: boolean;
  /** Each work item has keys of its own. */
  readonly ownKeys: boolean;
  /** A key is its bytes, so that a put can only repeat itself. */
  readonly keyIsBytes: boolean;
  readonly alwaysPut: boolean;
  /** Only active work publishes. */
  readonly activeWork: boolean;
  /** A version names bytes of published ones alone. */
  readonly publishedOnly: boolean;
}

const KEPT: Rules = {
  workEnded: true,
  dayLater: true,
  oneStatement: true,
  ownKeys: true,
  keyIsBytes: true,
  alwaysPut: true,
  activeWork: true,
  publishedOnly: true,
};

type WorkId = 'first' | 'job' | 'restore' | 'other';
/** Bytes under a key, by the name of what was put. */
interface Place {
  readonly key: string;
  readonly bytes: string;
}
interface Work {
  readonly endedOn: number | null;
}
interface State {
  readonly day: number;
  readonly works: Readonly<Record<WorkId, Work>>;
  readonly store: Readonly<Record<string, { readonly bytes: string; readonly putOn: number }>>;
  /** Published versions, in order: all bytes that each consists of. */
  readonly rows: readonly { readonly work: WorkId; readonly places: readonly Place[] }[];
  /** What a sweep has listed, and what it has found of it so far. */
  readonly listed: readonly string[];
  readonly unnamed: readonly string[];
  readonly doomed: readonly string[];
  /** What the restore has read. */
  readonly read: readonly Place[] | null;
  /** The next step of each process. */
  readonly at: Readonly<Record<string, number>>;
}
type Step = (state: State) => State;

function put(place: Place, { alwaysPut }: Rules): Step {
  return (state) =>
    !alwaysPut && state.store[place.key]
      ? state
      : {
          ...state,
          store: { ...state.store, [place.key]: { bytes: place.bytes, putOn: state.day } },
        };
}

/** The first row of a work item wins, and its work must be active. */
function publish(work: WorkId, placesOf: (state: State) => readonly Place[], rules: Rules): Step {
  return (state) => {
    const isActive = state.works[work].endedOn === null || !rules.activeWork;
    if (!isActive || state.rows.some((row) => row.work === work)) return state;
    return { ...state, rows: [...state.rows, { work, places: placesOf(state) }] };
  };
}

/** Terminal states are final. */
const end =
  (work: WorkId): Step =>
  (state) =>
    state.works[work].endedOn === null
      ? { ...state, works: { ...state.works, [work]: { endedOn: state.day } } }
      : state;

/** By the layout of keys: whose object it is; shared keys name their bytes alone. */
const worksOf = (state: State, key: string): WorkId[] =>
  key.startsWith('shared/')
    ? // What made it first has ended by the time that this matters.
      ['job']
    : (Object.keys(state.works) as WorkId[]).filter((work) => key.startsWith(`${work}/`));

function sweep(rules: Rules): Step[] {
  const mayGo = (state: State, key: string): boolean => {
    if (!rules.workEnded) return (state.store[key]?.putOn ?? state.day) < state.day;
    return worksOf(state, key).every((work) => {
      const { endedOn } = state.works[work];
      return endedOn !== null && (!rules.dayLater || endedOn < state.day);
    });
  };
  const list: Step = (state) => ({ ...state, listed: Object.keys(state.store) });
  const named: Step = (state) => {
    const all = publishedKeys(state);
    return { ...state, unnamed: state.listed.filter((key) => !all.includes(key)) };
  };
  const ended: Step = (state) => ({
    ...state,
    doomed: state.unnamed.filter((key) => mayGo(state, key)),
  });
  const remove: Step = (state) => ({
    ...state,
    ...{ listed: [], unnamed: [], doomed: [] },
    store: Object.fromEntries(
      Object.entries(state.store).filter(([key]) => !state.doomed.includes(key)),
    ),
  });
  return rules.oneStatement
    ? [list, (state) => ended(named(state)), remove]
    : [list, named, ended, remove];
}

/** The object that each row names; what its manifest names has rows of its own. */
const publishedKeys = ({ rows }: State): string[] => rows.map(({ places }) => places[0]!.key);

function processes(rules: Rules): Record<string, Step[]> {
  const place = (work: WorkId, bytes: string): Place => ({
    key: rules.ownKeys
      ? `${work}/${rules.keyIsBytes ? bytes : 'revision'}`
      : `shared/${rules.keyIsBytes ? bytes : 'revision'}`,
    bytes,
  });
  // Two hosts make one commit, and pack it to other bytes.
  const [here, there] = [place('job', 'packed here'), place('job', 'packed there')];
  const repaired = place('job', 'repaired');
  const restored = place('restore', 'restored');
  // Another job makes what the first host has made.
  const same = place('other', 'packed here');
  const ofRepair = rules.publishedOnly ? [repaired, FIRST] : [repaired, there, FIRST];
  const oneDay: Step = (state) => ({ ...state, day: state.day + 1 });
  const readHead: Step = (state) => ({ ...state, read: state.rows.at(-1)!.places });
  return {
    here: [put(here, rules), publish('job', () => [here, FIRST], rules), end('job')],
    there: [put(there, rules), put(repaired, rules), publish('job', () => ofRepair, rules)],
    cancel: [end('job')],
    restore: [
      readHead,
      put(restored, rules),
      publish('restore', ({ read }) => [restored, ...(read ?? [])], rules),
      end('restore'),
    ],
    other: [put(same, rules), publish('other', () => [same, FIRST], rules), end('other')],
    days: [oneDay, oneDay],
    sweep: sweep(rules),
  };
}

const FIRST: Place = { key: 'first/page', bytes: 'page' };
const START: State = {
  day: 0,
  works: {
    first: { endedOn: -9 },
    job: { endedOn: null },
    restore: { endedOn: null },
    other: { endedOn: null },
  },
  store: { [FIRST.key]: { bytes: FIRST.bytes, putOn: -9 } },
  rows: [{ work: 'first', places: [FIRST] }],
  listed: [],
  unnamed: [],
  doomed: [],
  read: null,
  at: {},
};

const isLost = ({ rows, store }: State): boolean =>
  rows.some(({ places }) => places.some(({ key, bytes }) => store[key]?.bytes !== bytes));

/** The first order, step by step, after which a published version has not its bytes; else null. */
function explore(
  rules: Rules,
  beside: readonly string[],
): { lostBy: string[] | null; states: number; swept: number } {
  const all = Object.entries(processes(rules)).filter(([name]) => beside.includes(name));
  const seen = new Set<string>();
  const open: { state: State; order: string[] }[] = [{ state: START, order: [] }];
  let swept = 0;
  for (const next of open) {
    if (isLost(next.state)) return { lostBy: next.order, states: seen.size, swept };
    for (const [name, steps] of all) {
      const at = next.state.at[name] ?? 0;
      const step = steps[at];
      if (!step) continue;
      const before = Object.keys(next.state.store).length;
      const made = step(next.state);
      const state = { ...made, at: { ...next.state.at, [name]: at + 1 } };
      if (Object.keys(state.store).length < before) swept += 1;
      const key = keyOf(state);
      if (seen.has(key)) continue;
      seen.add(key);
      open.push({ state, order: [...next.order, `${name} ${at}`] });
    }
  }
  return { lostBy: null, states: seen.size, swept };
}

const sorted = (value: object): string => JSON.stringify(Object.entries(value).sort());
const keyOf = ({ at, store, works, ...rest }: State): string =>
  [sorted(at), sorted(store), sorted(works), JSON.stringify(rest)].join('\n');

/** Who works beside the sweep while days pass. */
const SCENES = {
  'two hosts and a cancel': ['here', 'there', 'cancel'],
  'a restore of what a host publishes': ['here', 'cancel', 'restore'],
  'a job that makes the same bytes': ['here', 'cancel', 'other'],
  'a cancelled job whose host wakes up, and a restore': ['there', 'cancel', 'restore'],
};
const inScene = (rules: Rules, names: readonly string[]) =>
  explore(rules, [...names, 'days', 'sweep']);

describe('a sweep beside writers (L2, E4)', () => {
  it.each(Object.entries(SCENES))('loses no byte of a version in any order: %s', (_, names) => {
    const { lostBy, states, swept } = inScene(KEPT, names);
    expect(lostBy).toBeNull();
    expect(states).toBeGreaterThan(500);
    expect(swept).toBeGreaterThan(10);
  });

  const without: [string, keyof typeof SCENES, Partial<Rules>][] = [
    [
      'goes by the age of objects, not by the end of their work',
      'two hosts and a cancel',
      { workEnded: false },
    ],
    [
      'asks for rows and for the end of work one after the other, and waits for no day',
      'two hosts and a cancel',
      { oneStatement: false, dayLater: false },
    ],
    ['shares keys between work items', 'a job that makes the same bytes', { ownKeys: false }],
    [
      'shares keys, and what is there is not put again',
      'a job that makes the same bytes',
      { ownKeys: false, alwaysPut: false },
    ],
    [
      'keeps revisions, which other bytes may have, too',
      'two hosts and a cancel',
      { keyIsBytes: false },
    ],
    ['lets ended work publish', 'two hosts and a cancel', { activeWork: false }],
    [
      'lets a version name what was never published',
      'a cancelled job whose host wakes up, and a restore',
      { publishedOnly: false },
    ],
  ];
  it.each(without)('would lose some if it %s', (_what, scene, broken) => {
    expect(inScene({ ...KEPT, ...broken }, SCENES[scene]).lostBy).not.toBeNull();
  });
});
