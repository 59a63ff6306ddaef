/**
 * Shapes that several browser modules share. The frames are the server's own contract, imported as
 * types only.
 */
import type { createClient } from '@supabase/supabase-js';
import type { Catalogue } from './texts/ja.js';
import type { z } from 'zod';
import type { AccountDeletion as OfContract } from '../../src/contracts/rows/account.js';
import type {
  ClientFrame as ContractClientFrame,
  PendingQuestion as ContractQuestion,
  ServerFrame as ContractFrame,
} from '../../src/contracts/wire/frames.js';
import type {
  Edit as ContractEdit,
  Version as ContractVersion,
} from '../../src/contracts/rows/versions.js';
import type { Setting as ContractSetting } from '../../src/contracts/game/settings.js';
import type { Publication as PublicationAnswer } from '../../src/contracts/wire/http.js';
import type {
  GameCard as ContractGameCard,
  Notification as ContractNotification,
} from '../../src/contracts/media/publishing.js';

import type {
  AuditList as AuditListAnswer,
  Health as HealthAnswer,
  ListedWork as ListedWorkAnswer,
  PublicationRow as PublicationRowAnswer,
  WorkDetail as WorkDetailAnswer,
} from '../../src/contracts/rows/operators.js';

type ContractPublication = z.infer<typeof PublicationAnswer>;

declare global {
  interface Window {
    /** The UMD build of supabase-js, loaded from /lib/supabase.min.js. */
    supabase?: { createClient: typeof createClient };
    /** The texts of the screens in one language, set by texts/start-<language>.js. */
    texts: Catalogue;
  }
}

export type AccountDeletion = OfContract;
export type ClientFrame = ContractClientFrame;
export type ServerFrame = ContractFrame;
export type Setting = ContractSetting;
export type Frame<T extends ServerFrame['type']> = Extract<ServerFrame, { type: T }>;
export type Edit = ContractEdit;
export type PendingQuestion = ContractQuestion;
type Additive = 'ordinal' | 'current' | 'serial' | 'isBookmarked';
/** A server of the old kind leaves out what is additive. */
export type Version = Omit<ContractVersion, Additive> & Partial<Pick<ContractVersion, Additive>>;
/** What is out of a project. */
export type Publication = NonNullable<ContractPublication['game']>;
/** An operator took it down. */
export type Takedown = NonNullable<ContractPublication['takenDown']>;
/** What operators are shown. */
export type OpsWork = ListedWorkAnswer;
export type OpsDetail = WorkDetailAnswer;
export type OpsHealth = HealthAnswer;
export type OpsGame = PublicationRowAnswer;
export type OpsAudit = z.infer<typeof AuditListAnswer>;
export type ProjectSummary = Frame<'init'>['projects'][number];
export type HistoryItem = Frame<'projectSelected'>['history'][number];
export type StyleOption = Frame<'styleOptions'>['styles'][number];
export type GameCard = ContractGameCard;
export type Notice = ContractNotification;
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
