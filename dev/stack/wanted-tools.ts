import type { Log } from '../../src/telemetry/log.js';
import { checkDrawing, DRAWING_TOOLS } from '../../src/checks/drawing.js';
import { describeFinding } from '../../src/checks/finding.js';
import { BUBBLEWRAP, canInstall, installTools, missingOf } from '../tools/system-tools.js';

/**
 * Local model runs are sandboxed where the system supports it: installs the tool if permitted, else
 * logs what is missing.
 */
export async function wantSandbox(log: Log): Promise<void> {
  const missing = await missingOf([BUBBLEWRAP]);
  if (missing.length === 0) return;
  if (canInstall()) {
    log.info('installing bubblewrap, the sandbox of local model runs');
    const failure = await installTools(missing);
    if ((await missingOf(missing)).length === 0) return;
    log.warn({ failure }, 'bubblewrap could not be installed');
  }
  log.warn(
    'bubblewrap is missing: local model runs are NOT sandboxed. On Debian or Ubuntu: sudo ' +
      'apt-get install bubblewrap',
  );
}

/**
 * Thumbnails and videos are drawn by Chromium with Japanese and emoji fonts: installs what is
 * missing if permitted, and logs which feature is off. Not awaited.
 */
export async function wantDrawing(env: NodeJS.ProcessEnv, log: Log): Promise<void> {
  const missing = await missingOf(DRAWING_TOOLS);
  // A configured browser is used as it is.
  const wanted = missing.filter(({ what }) => what !== 'Chromium' || !env.CHROMIUM_PATH);
  if (wanted.length > 0 && canInstall()) {
    const names = wanted.map(({ what }) => what).join(', ');
    log.info(`installing what thumbnails and videos are drawn with, beside the start: ${names}`);
    const failure = await installTools(wanted, { isBeside: true });
    if (failure !== null) log.warn({ failure }, `not installed: ${names}`);
  }
  for (const finding of await checkDrawing(env))
    if (finding.verdict !== 'ok') log.warn(describeFinding(finding));
}
