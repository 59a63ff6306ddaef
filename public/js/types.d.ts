/**
 * Shapes that several browser modules share. The frames are the server's own contract, imported as
 * types only.
 */
import type { createClient } from '@supabase/supabase-js';
import type { z } from 'zod';
import type { Version as ContractVersion } from '../../src/contracts/rows/versions.js';
import type { ServerFrame } from '../../src/contracts/wire/frames.js';
import type { Publication as PublicationAnswer } from '../../src/contracts/wire/http.js';
import type { Catalogue } from './texts/ja.js';

export type { Setting } from '../../src/contracts/game/settings.js';
export type { GameCard, Notification as Notice } from '../../src/contracts/media/publishing.js';
export type { AccountDeletion } from '../../src/contracts/rows/account.js';
/** What operators are shown. */
export type {
  AuditEntry as OpsAct,
  Health as OpsHealth,
  ListedWork as OpsWork,
  PublicationRow as OpsGame,
  WorkDetail as OpsDetail,
} from '../../src/contracts/rows/operators.js';
export type { Edit } from '../../src/contracts/rows/versions.js';
export type { ClientFrame, PendingQuestion, ServerFrame } from '../../src/contracts/wire/frames.js';

type ContractPublication = z.infer<typeof PublicationAnswer>;

declare global {
  interface Window {
    /** The UMD build of supabase-js, loaded from /lib/supabase.min.js. */
    supabase?: { createClient: typeof createClient };
    /** The texts of the screens in one language, set by texts/start-<language>.js. */
    texts: Catalogue;
  }
}

export type Frame<T extends ServerFrame['type']> = Extract<ServerFrame, { type: T }>;
type Additive = 'ordinal' | 'current' | 'serial' | 'isBookmarked';
/** A server of the old kind leaves out what is additive. */
export type Version = Omit<ContractVersion, Additive> & Partial<Pick<ContractVersion, Additive>>;
/** What is out of a project. */
export type Publication = NonNullable<ContractPublication['game']>;
/** An operator took it down. */
export type Takedown = NonNullable<ContractPublication['takenDown']>;
export type ProjectSummary = Frame<'init'>['projects'][number];
export type HistoryItem = Frame<'projectSelected'>['history'][number];
export type StyleOption = Frame<'styleOptions'>['styles'][number];
/** A step of a job. */
export type Step = NonNullable<Frame<'progress'>['step']>;
export type JobRow = Frame<'jobStarted'>['job'];

/** What a game page reports about itself (window messages, websocket.md §9). */
export interface GameError {
  type: string;
  message: string;
  file?: string;
  line?: number;
  column?: number;
  stack?: string | null;
}

/** A chat message on its way to the server. */
export type OutgoingMessage = {
  type: 'message';
  content: string;
  messageId: string;
  queue: true;
  debugOptions?: { disableSkills: boolean; useClaude: boolean };
  autoFix?: true;
  skipStyleSelection: true;
  selectedStyle?: { dimension: '2d' | '3d'; styleId: string };
};

export type ConnectionState = 'connecting' | 'ready' | 'verifying' | 'closed';
