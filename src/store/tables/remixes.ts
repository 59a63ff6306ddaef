import { z } from 'zod';
import { withTexts, type Message } from '../../contracts/messages/message.js';
import { ProjectCopy } from '../../contracts/rows/projects.js';
import { call, type Client } from './client.js';
import { objectParams, type VersionObject } from './revisions.js';

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
  /** The object of its first version. */
  readonly object?: VersionObject | null;
}

/** Projects made from published games, for the service role. */
export function remixesTable(client: Client) {
  return {
    /** Project, version and line in one; a repeat changes nothing. False = the action has ended. */
    create(remix: CreateRemix): Promise<boolean> {
      const { actionId, projectId, userId, parentId, revision, subject, chatId } = remix;
      const names = { actionId, projectId, userId, parentId, revision, subject, chatId };
      const params = {
        ...names,
        line: withTexts(remix.line),
        ...objectParams(remix.object),
        ...ProjectCopy.parse(remix),
      };
      return call(client, 'create_remix', params, z.boolean());
    },
  };
}
