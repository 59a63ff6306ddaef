/** A new project, with the wish that was kept for it. */
import { outgoing, Outbox } from '../editor/outbox.js';
import { text } from '../texts/index.js';
import { wishKept } from './return-to.ts';
import type { Requests } from './requests.ts';

/**
 * Makes a project and opens its editor, which sends the kept wish. Rejects with a sentence for the
 * user; the wish then stays kept.
 */
export async function newGame(requests: Requests): Promise<void> {
  const { project } = await requests.ask(
    { type: 'createProject', name: text.newProjectName, reuseEmpty: true },
    'projectCreated',
  );
  const wish = wishKept.read();
  if (wish !== null) new Outbox(project.id).put(outgoing({ content: wish }), wish);
  wishKept.drop();
  location.assign(`/project/${project.id}`);
}
