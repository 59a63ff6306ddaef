import { ConfigError, parseConfig } from '../config.js';
import { keepHeapSmall } from '../process/heap.js';
import { answerLauncher } from '../process/liveness.js';
import { createLog } from '../telemetry/log.js';
import { keepFilesPrivate } from '../disk/private-files.js';
import { ListenError, startApi } from './server.js';

/** The API process. Signals end it in order; a second one at once. */
async function main(): Promise<void> {
  keepHeapSmall();
  answerLauncher();
  keepFilesPrivate();
  const log = createLog('api');
  const config = parseConfig(process.env);
  const api = await startApi(config, log);
  let isStopping = false;
  const stop = (signal: NodeJS.Signals | null, exitCode = 0): void => {
    if (isStopping) process.exit(1);
    isStopping = true;
    log.info({ signal }, 'api is stopping');
    void api.stop().then(() => {
      log.info('api stopped');
      process.exit(exitCode);
    });
  };
  void api.refused.then((sentence) => {
    if (sentence === null) return;
    log.error(sentence);
    stop(null, 1);
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop(signal));
  log.info(
    { url: config.PUBLIC_URL, host: config.HOST, port: config.PORT, demo: config.DEMO },
    'api ready',
  );
}

try {
  await main();
} catch (error) {
  const isExpected = error instanceof ConfigError || error instanceof ListenError;
  process.stderr.write(
    `${isExpected ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
  );
  process.exit(1);
}
