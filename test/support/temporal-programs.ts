import { ensureGoPrograms } from './go-programs.js';

/** What `temporal-docker/compose.yaml` runs. */
export const SERVER_VERSION = '1.32.2';

/** A Temporal server and the tool that makes its schemas, as programs of this machine. */
export interface TemporalPrograms {
  readonly server: string;
  readonly sqlTool: string;
}

/** The programs in `.tools/`, built there where they are not yet: twenty minutes on two cores. */
export async function ensureTemporalPrograms(
  say?: (line: string) => void,
): Promise<TemporalPrograms> {
  const [sqlTool = '', server = ''] = await ensureGoPrograms(
    {
      name: 'temporal-server',
      module: 'go.temporal.io/server',
      version: SERVER_VERSION,
      commands: ['cmd/tools/sql', 'cmd/server'],
    },
    say,
  );
  return { server, sqlTool };
}
