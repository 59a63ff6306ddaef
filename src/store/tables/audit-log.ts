import { z } from 'zod';
import { AUDIT_ACTS, type AuditEntry, type NewAct } from '../../contracts/operators.js';
import { ask, run, type Client } from './client.js';

const Row = z
  .object({
    id: z.string(),
    operator_id: z.string(),
    operator_email: z.string(),
    act: z.enum(AUDIT_ACTS),
    target_id: z.string(),
    owner_id: z.string().nullable(),
    reason: z.string(),
    created_at: z.string(),
  })
  .transform((row): AuditEntry => ({
    id: row.id,
    operatorId: row.operator_id,
    operatorEmail: row.operator_email,
    act: row.act,
    targetId: row.target_id,
    ownerId: row.owner_id,
    reason: row.reason,
    at: row.created_at,
  }));

export type AuditLog = ReturnType<typeof auditLogTable>;

/** Table `audit_log`: what operators did. A row is written before its act, which it may outlive. */
export function auditLogTable(client: Client) {
  return {
    /** Throws when it could not be written: then nothing may be done. */
    write: (act: NewAct): Promise<void> =>
      run(
        'write the audit log',
        client.from('audit_log').insert({
          operator_id: act.operatorId,
          operator_email: act.operatorEmail,
          act: act.act,
          target_id: act.targetId,
          owner_id: act.ownerId,
          reason: act.reason,
        }),
      ),

    /** The newest first. */
    list: ({ skip, limit }: { skip: number; limit: number }): Promise<AuditEntry[]> =>
      ask(
        'read the audit log',
        client
          .from('audit_log')
          .select('*')
          .order('created_at', { ascending: false })
          .order('id')
          .range(skip, skip + limit - 1),
        z.array(Row),
      ),
  };
}
