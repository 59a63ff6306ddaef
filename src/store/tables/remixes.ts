import { z } from 'zod';
import { storableJson } from '../../contracts/ids.js';
import { withTexts, type Message } from '../../contracts/messages/message.js';
import { ProjectCopy, toColumns } from '../../contracts/projects.js';
import { ask, type Client } from './client.js';

/** A project with its first version, made from another one's; nothing was made there yet = none. */
export interface CreateRemix extends ProjectCopy {
  readonly actionId: string;
  readonly projectId: string;
  readonly userId: string;
  /** The project whose published version it was made from; null names none. */
  readonly parentId: string | null;
  readonly revision: string | null;
  readonly subject: string;
  readonly chatId: string;
  /** The first line of its chat. */
  readonly line: Message;
}

export type Remixes = ReturnType<typeof remixesTable>;

/** Projects made from published games, for the service role. */
export function remixesTable(client: Client) {
  return {
    /** Project, version and line in one; a repeat changes nothing. False = the action has ended. */
    create: (remix: CreateRemix): Promise<boolean> =>
      ask(
        'create the remix',
        client.rpc('create_remix', {
          p_action_id: remix.actionId,
          p_project_id: remix.projectId,
          p_user_id: remix.userId,
          ...toColumns(ProjectCopy.parse(remix), 'p_'),
          p_parent_id: remix.parentId,
          p_revision: remix.revision,
          p_subject: remix.subject,
          p_chat_id: remix.chatId,
          p_line: storableJson(withTexts(remix.line)),
        }),
        z.boolean(),
      ),
  };
}
