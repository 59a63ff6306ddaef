import { complain, printing } from '../options.js';
import { ReplayOptions } from './options.js';
import { replayJob } from './replay.js';

/** `dreamcore replay`, in a process of its own: options as JSON, the outcome on standard output. */
try {
  await printing(replayJob)(ReplayOptions.parse(JSON.parse(process.argv[2] ?? 'null')));
} catch (error) {
  complain(error);
  process.exitCode = 1;
}
