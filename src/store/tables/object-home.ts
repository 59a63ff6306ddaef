import { ObjectHome, type ObjectHomeRow } from '../../contracts/rows/object-home.js';
import { askFirst, call, run, type Client } from './client.js';

/** Table `object_home`: one row, or none while no bucket was seen to hold a version. */
export function objectHomeTable(client: Client): ObjectHomeRow & { release(): Promise<void> } {
  return {
    read: () => askFirst('object_home', client.from('object_home').select('id, place'), ObjectHome),

    claim: (home) => call(client, 'claim_object_home', home, ObjectHome),

    /** The next bucket that holds a version is the one. */
    release: () => run('object_home', client.from('object_home').delete().eq('is_only_row', true)),
  };
}
