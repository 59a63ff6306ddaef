import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Worker } from '@temporalio/worker';
import { PROJECT_ROOT } from '../src/config.js';

/**
 * `npm run debug:history -- test/histories/<name>.json`: replays a history on the workflows as they
 * lie here. It waits for a debugger (127.0.0.1:9229); workflows run in this thread, so that
 * breakpoints in `src/workflows` are met. A history of a running stack: `temporal workflow show
 * --output json`, or the download of the Temporal UI.
 */
const [file] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write('usage: npm run debug:history -- test/histories/<name>.json\n');
  process.exit(1);
}
const history: unknown = JSON.parse(readFileSync(path.resolve(file), 'utf8'));
await Worker.runReplayHistory(
  { workflowsPath: path.join(PROJECT_ROOT, 'src/workflows/index.ts') },
  history,
);
process.stdout.write(`${file} replays on the current workflows\n`);
