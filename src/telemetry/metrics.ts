import { createServer } from 'node:http';
import type { Registry } from 'prom-client';
import type { Log } from './log.js';

const SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];
const COUNTERS = {
  dreamcore_jobs_total: {
    help: 'Jobs by how they ended; kind of the message or failure; backend of the last run.',
    labelNames: ['outcome', 'kind', 'backend'],
  },
  dreamcore_model_usd_total: { help: 'What runs of the model cost.', labelNames: ['queue'] },
} as const;
const HISTOGRAMS = {
  dreamcore_step_seconds: {
    help: 'Steps of workflows, each try: their work without the wait.',
    labelNames: ['step', 'queue', 'outcome'],
  },
  dreamcore_queue_wait_seconds: {
    help: 'From when a step was due until a worker took it.',
    labelNames: ['queue'],
  },
  dreamcore_first_text_seconds: {
    help: 'From jobStarted to the first text of the model, as this API sent both.',
    labelNames: [],
  },
  dreamcore_callback_seconds: {
    help: 'Posts of runners: until they were answered.',
    labelNames: ['status'],
  },
} as const;

type Labels = Readonly<Record<string, string>>;
type CounterName = keyof typeof COUNTERS;
type HistogramName = keyof typeof HISTOGRAMS;

/** A gauge that is read at each scrape. */
export interface Reading {
  readonly name: string;
  readonly help: string;
  /** Null = it is not known now. */
  read(): Promise<number | null> | number | null;
}

interface Active {
  count(name: CounterName, labels: Labels, by: number): void;
  observe(name: HistogramName, labels: Labels, value: number): void;
}

let active: Active | null = null;

/** Whether metrics are served: expensive measurements check it first. */
export const isMeasuring = (): boolean => active !== null;

/** Adds to a counter; nothing where no metrics are served. */
export function count(name: CounterName, labels: Labels, by = 1): void {
  active?.count(name, labels, by);
}

/** Adds a value to a histogram; nothing where no metrics are served. */
export function observe(name: HistogramName, labels: Labels, value: number): void {
  active?.observe(name, labels, value);
}

/** Where a process serves its metrics. */
export interface MetricsPlace {
  readonly host: string;
  /** Undefined = nowhere: nothing is loaded, counted or listened on. */
  readonly port: number | undefined;
}

/**
 * Serves `GET /metrics` for Prometheus: the metrics of this file, of the process and the
 * `readings`. A taken port is logged; the process goes on.
 */
export async function serveMetrics(
  { host, port }: MetricsPlace,
  readings: readonly Reading[],
  log: Log,
): Promise<void> {
  if (port === undefined) return;
  const registry = await openRegistry(readings);
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') return void response.writeHead(404).end();
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      (error: unknown) => {
        log.warn({ err: error }, 'metrics could not be read');
        response.writeHead(500).end();
      },
    );
  });
  server.unref();
  await new Promise<void>((resolve) => {
    server.once('error', (error) => {
      log.error({ err: error, host, port }, 'metrics are not served');
      resolve();
    });
    server.listen(port, host, resolve);
  });
}

/** The library is loaded only where it is wanted. */
async function openRegistry(readings: readonly Reading[]): Promise<Registry> {
  const { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } =
    await import('prom-client');
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const counters = new Map(
    Object.entries(COUNTERS).map(([name, { help, labelNames }]) => [
      name,
      new Counter<string>({ name, help, labelNames, registers }),
    ]),
  );
  const histograms = new Map(
    Object.entries(HISTOGRAMS).map(([name, { help, labelNames }]) => [
      name,
      new Histogram<string>({ name, help, labelNames, buckets: SECONDS, registers }),
    ]),
  );
  for (const reading of readings)
    new Gauge({
      name: reading.name,
      help: reading.help,
      registers,
      async collect() {
        const value = await Promise.resolve(reading.read()).catch(() => null);
        if (value === null) this.remove();
        else this.set(value);
      },
    });
  active = {
    count: (name, labels, by) => counters.get(name)?.inc(labels, by),
    observe: (name, labels, value) => histograms.get(name)?.observe(labels, value),
  };
  return registry;
}

/** Whether a port can be listened on now. */
export function isFree(host: string, port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}
