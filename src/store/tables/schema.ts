import { z } from 'zod';
import { AppError } from '../../contracts/base/errors.js';
import type { SchemaState } from '../../contracts/base/schema-range.js';
import { call, type Client } from './client.js';

const State = z.object({ version: z.number().int(), unsound: z.array(z.string()) });

/** What a message needs from its arrival to its end; `/api/ready` and the watch ask for them. */
export const MESSAGE_FUNCTIONS: readonly string[] = [
  ...['message_state', 'open_job', 'start_processing', 'project_state', 'buy_beside_runs'],
  ...['begin_attempt', 'take_slot', 'queue_position', 'note_progress', 'settle_attempt'],
  ...['publish_revision', 'complete_job', 'job_state', 'fail_job', 'cancel_job'],
];
/** No such function, by PostgREST or PostgreSQL. Databases up to 0011 have no version. */
const NO_FUNCTION = ['PGRST202', '42883'];

/** The version of the schema, and whether what messages need is there (O2, O5). */
export function schemaTable(client: Client) {
  return {
    async read(): Promise<SchemaState> {
      try {
        return await call(client, 'schema_state', { functions: MESSAGE_FUNCTIONS }, State);
      } catch (error) {
        if (error instanceof AppError && NO_FUNCTION.includes(String(error.details['code'])))
          return { version: 0, unsound: [] };
        throw error;
      }
    },
  };
}
