import { z } from 'zod';
import { call, type Client } from './client.js';

/** Table `leases`: work that one process does at a time; times are the database's. */
export function leasesTable(client: Client) {
  return {
    /** True = `holder` has the lease for `leaseMs`, which it may prolong, or end with 0. */
    take: (name: string, holder: string, leaseMs: number): Promise<boolean> =>
      call(client, 'take_lease', { name, holder, leaseMs }, z.boolean()),
  };
}
