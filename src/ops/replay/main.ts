import { complain, say } from '../options.js';
import { ReplayOptions } from './options.js';
import { replayJob } from './replay.js';

/** `dreamcore replay`, in a process of its own: options as JSON, the outcome on standard output. */
try {
  const { text, exitCode } = await replayJob(
    ReplayOptions.parse(JSON.parse(process.argv[2] ?? 'null')),
  );
  say(text);
  process.exitCode = exitCode;
} catch (error) {
  complain(error);
  process.exitCode = 1;
}
