import { ReplayOptions } from './options.js';
import { replayJob } from './replay.js';

/** `dreamcore replay`, in a process of its own: options as JSON, the outcome on standard output. */
try {
  const { text, exitCode } = await replayJob(
    ReplayOptions.parse(JSON.parse(process.argv[2] ?? 'null')),
  );
  process.stdout.write(`${text}\n`);
  process.exitCode = exitCode;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
