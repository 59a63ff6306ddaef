import { spawnSync } from 'node:child_process';
import { PROJECT_ROOT } from '../src/config.js';

/**
 * `npm run advisories`: what the package registry knows of holes in the production tree. Exits 1
 * for a high or critical one; 2 when the registry has no advisories to ask, so that nobody takes
 * silence for health.
 */
interface Report {
  readonly vulnerabilities?: Readonly<Record<string, { name: string; severity: string }>>;
  readonly metadata?: { readonly dependencies?: { readonly total?: number } };
  readonly message?: string;
}
const BAD = ['high', 'critical'];

const { stdout } = spawnSync('npm', ['audit', '--audit', '--omit=dev', '--json'], {
  cwd: PROJECT_ROOT,
  encoding: 'utf8',
});

function parse(text: string): Report {
  try {
    return JSON.parse(text) as Report;
  } catch {
    return {};
  }
}

const report = parse(stdout);
if (report.vulnerabilities === undefined) {
  process.stderr.write(
    `No advisories could be had: ${report.message ?? 'the registry is silent'}\n`,
  );
  process.exitCode = 2;
} else {
  const found = Object.values(report.vulnerabilities);
  for (const { name, severity } of found) process.stdout.write(`${severity}  ${name}\n`);
  const bad = found.filter(({ severity }) => BAD.includes(severity)).length;
  process.stdout.write(
    `${report.metadata?.dependencies?.total ?? 0} packages, ${found.length} with advisories, ` +
      `${bad} of them high or critical\n`,
  );
  process.exitCode = bad > 0 ? 1 : 0;
}
