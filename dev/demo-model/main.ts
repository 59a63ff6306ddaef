/**
 * The demo model server as a process of its own: a local Messages API for running without a model
 * key.
 *
 * DEMO_PORT (or PORT; default 0 = any free port) · DEMO_SECONDS (default 6; time for a whole game,
 * 0 = at once). Loopback only, refuses NODE_ENV=production. Logs one line when it is ready; SIGTERM
 * or SIGINT ends it.
 */
import { createLog } from '../../src/telemetry/log.js';
import { startDemoServer } from './server.js';

const DEFAULT_SECONDS = 6;
const log = createLog('demo');

function numberFrom(name: string, fallback: number, max: number): number {
  const text = process.env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0 || value > max)
    throw new Error(`${name} must be a number from 0 to ${max}, not "${text}".`);
  return value;
}

async function main(): Promise<void> {
  if (process.env.NODE_ENV === 'production')
    throw new Error(
      'The DEMO model server does not run with NODE_ENV=production: set ANTHROPIC_API_KEY instead.',
    );
  const port = numberFrom('DEMO_PORT', numberFrom('PORT', 0, 65_535), 65_535);
  const seconds = numberFrom('DEMO_SECONDS', DEFAULT_SECONDS, 3_600);
  const server = await startDemoServer({ port, seconds });
  log.info({ url: server.url, seconds }, 'DEMO model API ready');
  const stop = (): void => {
    void server.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

main().catch((cause: unknown) => {
  log.fatal(cause instanceof Error ? cause.message : String(cause));
  process.exitCode = 1;
});
