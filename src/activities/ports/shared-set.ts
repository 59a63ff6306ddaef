import type { AccountActivities } from './account-port.js';
import type { ActionActivities } from './action-port.js';
import type { BackendActivities } from './backend-ports.js';
import type { DeleteActivities, MaintenanceActivities } from './delete-ports.js';
import type { GuestActivities, GuestRounds } from './guest-port.js';
import type { QueueActivities } from './queue-port.js';
import type { RemixActivities, RerunActivities, ThumbnailActivities } from './game-ports.js';
import type { CutoutActivities } from './image-ports.js';
import type { JobActivities } from './job-port.js';
import type { JudgeActivities } from './play-port.js';
import type { PublishingActivities } from './publishing-port.js';
import type { PushActivities } from './push-port.js';
import type { SpriteActivities } from './sprite-port.js';
import type { RestoreActivities, TuneActivities } from './version-ports.js';
import type { VideoPlanActivities } from './video-ports.js';
import type { WatcherActivities } from './watcher-port.js';

/**
 * What the outside must do for the workflows on either backend alike. What each backend does in its
 * own way has the same names in a set of its own (`activity-sets.ts`).
 */
export type SharedActivities = JobActivities &
  QueueActivities &
  JudgeActivities &
  SpriteActivities &
  RestoreActivities &
  TuneActivities &
  DeleteActivities &
  AccountActivities &
  GuestActivities &
  GuestRounds &
  MaintenanceActivities &
  BackendActivities &
  ActionActivities &
  WatcherActivities &
  PublishingActivities &
  PushActivities &
  RemixActivities &
  RerunActivities &
  ThumbnailActivities &
  CutoutActivities &
  VideoPlanActivities;
