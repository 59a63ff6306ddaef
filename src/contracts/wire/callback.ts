import { z } from 'zod';
import { Doing } from '../messages/doing.js';
import { RunnerEvent } from '../durable/stream.js';

/**
 * Headers of a signed post (C2); key = HMAC-SHA256(master, callId). The head signature is `v2=` and
 * the hex HMAC-SHA256(key, `v2.${timestamp}.${callId}.${contentHash}`); the content hash is the hex
 * SHA-256 of the body. It is checked before the body is read.
 */
export const CALLBACK_TIMESTAMP_HEADER = 'x-stream-timestamp';
export const CALLBACK_CALL_HEADER = 'x-stream-call';
export const CALLBACK_HASH_HEADER = 'x-stream-content-sha256';
export const CALLBACK_HEAD_SIGNATURE_HEADER = 'x-stream-head-signature';
/**
 * The form before: `v1=` + hex HMAC-SHA256(key, `${timestamp}.${rawBody}`). Runners send both, and
 * the API takes both, for two versions of the runner: then this one goes.
 */
export const CALLBACK_SIGNATURE_HEADER = 'x-stream-signature';
/** Largest accepted clock difference of a signed post, seconds. */
export const CALLBACK_TOLERANCE_S = 300;
/** Body limit of one post, bytes. */
export const CALLBACK_BODY_LIMIT = 1024 * 1024;

/**
 * `POST /callback/:jobId`: events numbered contiguously from `fromSeq` (first of an attempt = 1).
 */
export const CallbackPost = z.object({
  callId: z.string(),
  fromSeq: z.number().int().min(1),
  events: z.array(RunnerEvent).max(256),
  final: z.boolean().optional(),
  /** Of a job's run: what its model does now; left out = nothing. */
  doing: Doing.optional().catch(undefined),
  /** What the attempt has cost so far, US dollars; left out while that is not known (M2). */
  costUsd: z.number().nonnegative().optional().catch(undefined),
});
export type CallbackPost = z.infer<typeof CallbackPost>;

/**
 * Everything up to `ackedSeq` is in the durable stream; `cancel` asks the runner to stop (C2, C3).
 */
export const CallbackAnswer = z.object({ ackedSeq: z.number().int().min(0), cancel: z.boolean() });
export type CallbackAnswer = z.infer<typeof CallbackAnswer>;
