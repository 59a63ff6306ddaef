import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take more than twenty seconds on two cores, the longest first, but those that draw for
 * all their time one after the other. vitest knows how long a file takes only where it has run
 * before; a long one that comes last keeps one core idle.
 */
const LONG = [
  'contract/runner/hostile-recording',
  'contract/journey/repairs',
  'contract/journey/queue',
  'contract/ws/jobs',
  'contract/ws/follow',
  'contract/runner/gallery',
  'contract/ops/rerun',
  'contract/http/images',
  'contract/journey/main-job',
  'contract/ports/local',
  'contract/modal/replication',
  'contract/ops/archive',
  'contract/ops/metrics',
  'contract/demo-model/play',
  'contract/http/movie',
  'contract/ops/jobs',
  'contract/ops/operator-page',
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
  'contract/runner/generate',
  'contract/modal/app',
  'contract/ws/live-path',
  'contract/runner/callback',
  'contract/runner/faults',
  'contract/http/pages',
  'recovery/restarts',
  'recovery/runs',
  'recovery/crash-points',
  'recovery/deploys',
  'recovery/modal',
  'workflows/admission',
  'workflows/backend',
  'workflows/images',
  'workflows/generate-game',
  'replay/histories',
  'e2e/main-job',
  'screens/main-job',
  'screens/sign-in',
  'screens/wander',
  'screens/trouble',
  'screens/operators',
];

/** The order of vitest, but long files before all others, whatever their project. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const order = await super.sort(files);
    return order.sort((a, b) => rankOf(a) - rankOf(b));
  }
}

function rankOf({ moduleId }: TestSpecification): number {
  const rank = LONG.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
  return rank < 0 ? LONG.length : rank;
}
