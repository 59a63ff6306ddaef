/**
 * What one host of each kind carries by the measurements of `docs/proofs.md` and of
 * `npm run bench -- --only=capacity`, and what more people need of it by Erlang's formula: this
 * machine is too small to be measured with them.
 */

/** Measured on two cores of this size; the command stands beside each in `docs/scaling.md`. */
const MEASURED = {
  /** Processor of one game, seconds of a core. */
  runCoreS: 6,
  playCoreS: 25,
  apiCoreS: 0.48,
  temporalCoreS: 0.54,
  postgresCoreS: 0.06,
  /** Memory of an open socket in the API, KB. */
  socketKb: 70,
  /** Events of one job and of its stream, each. */
  events: 270,
  /** What one game asks of the store. */
  storeRequests: 12,
} as const;

/** How people behave; another guess changes the table in proportion. */
const ASSUMED = {
  /** Messages of one person who is there, a minute. */
  messagesPerMin: 0.1,
  /** A real model writes for so long, seconds. */
  runS: 90,
  /** A core is used to this share. */
  load: 0.7,
  /** 95 of 100 wait no longer for a slot, seconds. */
  waitS: 10,
  modelUsd: 0.26,
  coreHourUsd: 0.05,
} as const;

interface Hosts {
  readonly people: number;
  readonly gamesPerMin: number;
  readonly runs: number;
  readonly plays: number;
  readonly workerCores: number;
  readonly apiCores: number;
  readonly temporalCores: number;
  readonly eventsPerS: number;
  readonly postgresCores: number;
  readonly socketGb: number;
  readonly storeRequestsPerS: number;
}

/** What so many people at once need. */
export function hostsFor(people: number): Hosts {
  const gamesPerS = (people * ASSUMED.messagesPerMin) / 60;
  const cores = (coreS: number): number => Math.ceil((gamesPerS * coreS) / ASSUMED.load);
  const plays = serversFor(gamesPerS, MEASURED.playCoreS, ASSUMED.waitS);
  return {
    people,
    gamesPerMin: gamesPerS * 60,
    runs: serversFor(gamesPerS, ASSUMED.runS, ASSUMED.waitS),
    plays,
    workerCores: plays + cores(MEASURED.runCoreS),
    apiCores: cores(MEASURED.apiCoreS),
    temporalCores: cores(MEASURED.temporalCoreS),
    eventsPerS: gamesPerS * MEASURED.events,
    postgresCores: cores(MEASURED.postgresCoreS),
    socketGb: (people * MEASURED.socketKb) / 2 ** 20,
    storeRequestsPerS: gamesPerS * MEASURED.storeRequests,
  };
}

/**
 * The fewest servers with which 95 of 100 wait at most `waitS`, arrivals and services at random
 * moments (Erlang C).
 */
export function serversFor(perS: number, serviceS: number, waitS: number): number {
  const offered = perS * serviceS;
  let servers = Math.floor(offered) + 1;
  while (waitsLonger(offered, servers, serviceS, waitS) > 0.05) servers += 1;
  return servers;
}

/** The share that waits longer. */
function waitsLonger(offered: number, servers: number, serviceS: number, waitS: number): number {
  // Erlang B by its recurrence: factorials of thousands of servers have no number.
  let blocked = 1;
  for (let n = 1; n <= servers; n += 1) blocked = (offered * blocked) / (n + offered * blocked);
  const waits = blocked / (1 - (offered / servers) * (1 - blocked));
  return waits * Math.exp((-(servers - offered) * waitS) / serviceS);
}

/** US dollars of 1,000 games. */
function costOfThousand(): { model: number; machines: number } {
  const { runCoreS, playCoreS, apiCoreS, temporalCoreS, postgresCoreS } = MEASURED;
  const coreS = runCoreS + playCoreS + apiCoreS + temporalCoreS + postgresCoreS;
  const machines = (1_000 * coreS * ASSUMED.coreHourUsd) / 3_600 / ASSUMED.load;
  return { model: 1_000 * ASSUMED.modelUsd, machines };
}

/** The table of `docs/scaling.md`. */
export function scalingTable(): string {
  const all = [100, 1_000, 10_000, 100_000].map(hostsFor);
  const row = (what: string, of: (hosts: Hosts) => number): string =>
    `| ${[what, ...all.map((hosts) => readable(of(hosts)))].join(' | ')} |`;
  const { model, machines } = costOfThousand();
  return [
    row('People at once', ({ people }) => people),
    '| - | -: | -: | -: | -: |',
    row('games a minute', ({ gamesPerMin }) => gamesPerMin),
    row('runs at once (`MAX_RUNNING_JOBS`, all workers)', ({ runs }) => runs),
    row('plays at once (`MAX_RUNNING_PLAYS`, all workers)', ({ plays }) => plays),
    row('cores of workers', ({ workerCores }) => workerCores),
    row('cores of APIs, one a process', ({ apiCores }) => apiCores),
    row('memory of their sockets, GiB', ({ socketGb }) => socketGb),
    row('cores of Temporal', ({ temporalCores }) => temporalCores),
    row('its events a second', ({ eventsPerS }) => eventsPerS),
    row('cores of PostgreSQL', ({ postgresCores }) => postgresCores),
    row('requests of the store a second', ({ storeRequestsPerS }) => storeRequestsPerS),
    `\n1,000 games cost ${readable(model)} US dollars of the model (the demo's prices) and ` +
      `${readable(machines)} of machines, at ${ASSUMED.coreHourUsd} a core and hour.`,
  ].join('\n');
}

const readable = (value: number): string =>
  value.toLocaleString('en', { maximumSignificantDigits: value < 1_000 ? 2 : 3 });
