import { messageOf } from '../contracts/base/errors.js';
import type { Config } from '../config.js';
import { checkDrawing } from '../checks/drawing.js';
import { missing, ok, type Finding } from '../checks/finding.js';
import { checkDataDir, checkPrivacy, checkSandbox } from '../checks/machine.js';
import { shown, type Answer, type Output } from './options.js';
import { missingServices } from './production.js';
import { checkGit, checkModelProgram, checkNode } from './programs.js';
import { exitCodeOf, renderReport, type Section } from './report.js';
import { checkServers } from './server-checks.js';
import { readSettings, type Settings } from './settings.js';

/** What a development checkout has besides the product, and how it is looked at. */
export interface DevelopmentChecks {
  programs(settings: Settings): Promise<Finding[]>;
  port(config: Config): Promise<Finding>;
  stack(settings: Settings): Promise<Finding[]>;
}

/**
 * Looks at everything that a start needs and, in a development checkout, at what runs; changes
 * nothing. Returns the text, for a person or as JSON, and the exit code.
 */
export async function examine(
  options: Output,
  development: DevelopmentChecks | null,
): Promise<Answer> {
  const sections = await sectionsOf(options.envFile, development);
  return { text: shown(sections, options, renderReport), exitCode: exitCodeOf(sections) };
}

async function sectionsOf(
  envFile: string | undefined,
  development: DevelopmentChecks | null,
): Promise<Section[]> {
  let settings: Settings;
  try {
    settings = readSettings(envFile);
  } catch (error) {
    const remedy = 'correct them in .env or in the environment; README.md lists them';
    const findings = [missing('variables', messageOf(error), remedy)];
    return [{ title: 'Configuration', findings }];
  }
  const { env, config } = settings;
  const [git, developmentPrograms, model, sandbox, drawing, dataDir, port, stack, servers] =
    await Promise.all([
      checkGit(),
      development?.programs(settings) ?? [],
      checkModelProgram(),
      checkSandbox(env),
      checkDrawing(env),
      lookAtData(config.DATA_DIR),
      development?.port(config) ?? null,
      development?.stack(settings) ?? null,
      checkServers(settings),
    ]);
  const programs = [
    checkNode(process.versions.node),
    git,
    ...developmentPrograms,
    model,
    sandbox,
    ...drawing,
  ];
  return [
    { title: 'Configuration', findings: [variables(env)] },
    { title: 'Programs', findings: programs },
    { title: 'Machine', findings: port ? [...dataDir, port] : dataDir },
    ...(servers.length > 0 ? [{ title: 'Servers', findings: servers }] : []),
    ...(stack ? [{ title: 'Running stack', findings: stack }] : []),
  ];
}

async function lookAtData(dataDir: string): Promise<Finding[]> {
  return [...(await checkDataDir(dataDir)), await checkPrivacy(dataDir)];
}

/** Values are never shown: some of them are secrets. */
function variables(env: Settings['env']): Finding {
  const unset = missingServices(env, { needsModel: true });
  if (unset.length === 0) return ok('variables', 'valid');
  const remedy = 'set them in .env or in the environment';
  return missing('variables', `production needs ${unset.join(', ')}`, remedy);
}
