import { z } from 'zod';
import type { RunnerInput } from './runner-input.js';

/** The deployed functions by what their runner command does. */
export const MODAL_FUNCTION = {
  generate: 'generate-game',
  git: 'git-operation',
  files: 'file-operation',
  image: 'generate-image',
  video: 'render-video',
} as const;
export type ModalFunctionName = (typeof MODAL_FUNCTION)[keyof typeof MODAL_FUNCTION];

/** Where the user's own Volume is mounted; every path in a call's input is relative to it. */
export const VOLUME_MOUNT = '/user';

/** The one Volume of a user: the mount is the boundary between users. */
export function volumeNameOf(userId: string): string {
  return `user-${userId.toLowerCase()}`;
}

/** A project's repository on its user's Volume. */
export function volumeRepoOf(projectId: string): string {
  return `projects/${projectId.toLowerCase()}/repo.git`;
}

/** The one positional argument of every function: plain data (CBOR). */
export interface ModalRequest {
  /** Of the runner that the caller was built with; a container with another one refuses (`ModalOutdated`). */
  version: string;
  /** Names this call in logs and callbacks. */
  callId: string;
  input: RunnerInput;
  /** Commits that the Volume may lack (`have..want`), taken in before the work starts; null when it should have all (E6). */
  bundle: { want: string; bytes: Uint8Array } | null;
}

/** What every function returns. Failures are raised as an error whose text is `AppError` + JSON of {@link RunnerFailure}. */
export const ModalReply = z.object({
  version: z.string(),
  /** The runner's result, checked by whoever asked. */
  result: z.unknown(),
  /** Commits that the caller asked for (`wantBundle`, op `bundle`). */
  bundle: z.instanceof(Uint8Array).nullable(),
  /** Time that the container worked, for the price of the call. */
  seconds: z.number().nonnegative(),
});
export type ModalReply = z.infer<typeof ModalReply>;
