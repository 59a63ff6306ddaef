import { toSnakeCase } from '../../contracts/base/case.js';
import { AuditEntry, type NewAct } from '../../contracts/rows/operators.js';
import { z } from 'zod';
import { askAll, camel, run, type Client } from './client.js';

const Row = camel(AuditEntry.omit({ at: true }).extend({ createdAt: z.string() })).transform(
  ({ createdAt, ...row }): AuditEntry => ({ ...row, at: createdAt }),
);

/** Table `audit_log`: acts of operators. A row is written before its act, which it may outlive. */
export function auditLogTable(client: Client) {
  return {
    /** Throws when it could not be written: then the act must not begin. */
    write: (act: NewAct): Promise<void> =>
      run('write the audit log', client.from('audit_log').insert(toSnakeCase(act))),

    /** The newest first. */
    list({ skip, limit }: { skip: number; limit: number }): Promise<AuditEntry[]> {
      const newest = client.from('audit_log').select('*').order('created_at', { ascending: false });
      const page = newest.order('id').range(skip, skip + limit - 1);
      return askAll('read the audit log', page, Row);
    },
  };
}
