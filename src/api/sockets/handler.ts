import type {
  CLIENT_FRAMES,
  ClientFrame,
  ClientFrameType,
} from '../../contracts/wire/client-frames.js';
import type { JobRow } from '../../contracts/rows/rows.js';
import type { ProjectRow } from '../../store/tables/projects.js';
import type { SocketDeps } from './deps.js';
import type { Session, SignedInSession } from './session.js';

/** What a guard has found for the handler: the user's own row. */
export interface Found {
  open: undefined;
  user: undefined;
  selected: ProjectRow;
  project: ProjectRow;
  job: JobRow;
}
type GuardOf<T extends ClientFrameType> = (typeof CLIENT_FRAMES)[T]['guard']['name'];

/** Handles a frame that its row has counted, admitted and parsed (N2). */
export type Handler<T extends ClientFrameType> = (
  deps: SocketDeps,
  session: GuardOf<T> extends 'open' ? Session : SignedInSession,
  frame: ClientFrame<T>,
  found: Found[GuardOf<T>],
) => Promise<void> | void;

export type Handlers = { readonly [T in ClientFrameType]: Handler<T> };
