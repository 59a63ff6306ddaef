import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take more than twenty seconds on two cores, the longest first. vitest knows how long a
 * file takes only where it has run before; a long one that comes last keeps one core idle.
 */
const LONG = [
  'runner/hostile-recording',
  'screens/sign-in',
  'ops/rerun',
  'demo-model/play',
  'http/images',
  'ws/jobs',
  'modal/replication',
  'journey/queue',
  'ports/local',
  'journey/main-job',
  'journey/repairs',
  'runner/play',
  'modal/calls',
  'ports/modal',
  'http/thumbnails',
  'hostile/frames',
  'ports/local-videos',
  'modal/images',
  'http/movie',
  'import/import',
  'import/resume',
  'ops/doctor',
  'journey/limits',
  'runner/generate',
  'modal/app',
  'ws/live-path',
  'runner/callback',
  'runner/faults',
  'http/pages',
];

/** The order of vitest, but long files of a project before all others. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const order = await super.sort(files);
    const projects = [...new Set(order.map(({ project }) => project))];
    return projects.flatMap((project) =>
      order.filter((each) => each.project === project).sort((a, b) => rankOf(a) - rankOf(b)),
    );
  }
}

function rankOf({ moduleId }: TestSpecification): number {
  const rank = LONG.findIndex((name) => moduleId.endsWith(`/test/contract/${name}.test.ts`));
  return rank < 0 ? LONG.length : rank;
}
