import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take more than twenty seconds on two cores, the longest first, but those that draw for
 * all their time not side by side. vitest knows how long a file takes only where it has run
 * before; a long one that comes last keeps one core idle.
 */
const LONG = [
  'e2e/main-job',
  'recovery/restarts',
  'ws/jobs',
  'contract/journey/repairs',
  'recovery/runs',
  'ws/follow',
  'contract/journey/queue',
  'contract/runner/gallery',
  'recovery/deploys',
  'contract/http/movie',
  'recovery/modal',
  'contract/ports/local',
  'contract/demo-model/play',
  'workflows/backend',
  'contract/journey/main-job',
  'contract/runner/hostile-recording',
  'contract/ops/rerun',
  'contract/http/images',
  'contract/modal/replication',
  'contract/runner/play',
  'contract/modal/calls',
  'contract/ports/modal',
  'contract/http/thumbnails',
  'contract/hostile/frames',
  'contract/ports/local-videos',
  'contract/modal/images',
  'contract/import/import',
  'contract/import/resume',
  'contract/ops/doctor',
  'contract/journey/limits',
  'contract/modal/app',
  'contract/ws/live-path',
  'contract/runner/faults',
  'screens/main-job',
  'contract/ops/archive',
  'contract/runner/generate',
  'screens/sign-in',
  'contract/modal/emulator',
  'workflows/admission',
  'screens/operators',
  'contract/ops/jobs',
  'contract/ops/metrics',
  'screens/trouble',
  'recovery/launcher/lifecycle',
  'contract/ops/operator-page',
  'screens/publishing',
  'contract/http/endpoints',
  'contract/demo-model/faults',
  'screens/wander',
  'workflows/sprites',
  'contract/store/migrations',
  'screens/accessible',
  'contract/store/bundles',
  'workflows/repairs',
  'workflows/images',
];

/**
 * The order of vitest, but long files before all others, whatever their project, and the others
 * project by project: a process that has loaded the modules of one goes on with it.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const order = await super.sort(files);
    return order.sort(
      (a, b) => rankOf(a) - rankOf(b) || a.project.name.localeCompare(b.project.name),
    );
  }
}

function rankOf({ moduleId }: TestSpecification): number {
  const rank = LONG.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
  return rank < 0 ? LONG.length : rank;
}
