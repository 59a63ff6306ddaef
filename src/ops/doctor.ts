import { readSettings, type Settings } from '../../dev/stack/settings.js';
import { missingForProduction, planStack, type Selection } from '../../dev/stack/plan.js';
import { checkDataDir, checkPort, checkStack } from './machine.js';
import { checkPrograms } from './programs.js';
import { exitCodeOf, renderReport, type Finding, type Section } from './report.js';

const WHOLE_STACK: Selection = { only: undefined, without: [] };

/**
 * Looks at everything that a start needs and at what runs; changes nothing. Returns the text for a
 * person and the exit code.
 */
export async function examine(
  envFile: string | undefined,
): Promise<{ text: string; exitCode: 0 | 1 }> {
  const sections = await sectionsOf(envFile);
  return { text: renderReport(sections), exitCode: exitCodeOf(sections) };
}

async function sectionsOf(envFile: string | undefined): Promise<Section[]> {
  let settings: Settings;
  try {
    settings = readSettings(envFile);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return [
      {
        title: 'Configuration',
        findings: [
          {
            what: 'variables',
            verdict: 'missing',
            detail,
            remedy: 'correct them in .env or in the environment; README.md lists them',
          },
        ],
      },
    ];
  }
  const { env, config } = settings;
  const [programs, dataDir, port, stack] = await Promise.all([
    checkPrograms(env, config.DATA_DIR),
    checkDataDir(config),
    checkPort(config),
    checkStack(config, planStack(env, WHOLE_STACK)),
  ]);
  return [
    { title: 'Configuration', findings: [variables(env)] },
    { title: 'Programs', findings: programs },
    { title: 'Machine', findings: [...dataDir, port] },
    { title: 'Running stack', findings: stack },
  ];
}

/** Values are never shown: some of them are secrets. */
function variables(env: Settings['env']): Finding {
  const missing = missingForProduction(env, WHOLE_STACK);
  return {
    what: 'variables',
    verdict: missing.length > 0 ? 'missing' : 'ok',
    remedy: 'set them in .env or in the environment',
    detail: missing.length > 0 ? `production needs ${missing.join(', ')}` : 'valid',
  };
}
