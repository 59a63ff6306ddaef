import express, { type Router } from 'express';
import {
  CALLBACK_BODY_LIMIT,
  CALLBACK_SIGNATURE_HEADER,
  CALLBACK_TIMESTAMP_HEADER,
  CallbackPost,
  type CallbackAnswer,
} from '../../contracts/callback.js';
import { parseCallId } from '../../contracts/ids.js';
import type { Log } from '../../log.js';
import { isSignedBy } from './signature.js';

export interface ActionProgressDeps {
  masterSecret: string;
  /** False = the action has ended. */
  noteProgress: (actionId: string, percent: number) => Promise<boolean>;
  log: Log;
}

/**
 * `POST /callback/actions/:actionId`, where an action tells how far it is: as for jobs (C2), but
 * nothing of it is kept than the newest percentage. 410 when the action has ended: its runner
 * stops.
 */
export function actionProgressRouter({
  masterSecret,
  noteProgress,
  log,
}: ActionProgressDeps): Router {
  const router = express.Router();
  router.post(
    '/callback/actions/:actionId',
    express.raw({ type: () => true, limit: CALLBACK_BODY_LIMIT, inflate: false }),
    async (req, res) => {
      const rawBody = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
      const post = readPost(rawBody);
      if (!post) return void res.status(400).json({ error: 'Bad request' });
      const [timestamp, signature] = [
        req.get(CALLBACK_TIMESTAMP_HEADER),
        req.get(CALLBACK_SIGNATURE_HEADER),
      ];
      if (
        !isSignedBy(
          masterSecret,
          { callId: post.callId, timestamp, signature, rawBody },
          Date.now(),
        )
      )
        return void res.status(401).json({ error: 'Wrong signature' });
      const { actionId } = req.params;
      if (parseCallId(post.callId)?.jobId !== actionId)
        return void res.status(403).json({ error: 'Not this action' });
      const newest = post.events.filter((event) => event.type === 'progress').at(-1);
      const answer = (cancel: boolean): CallbackAnswer => ({
        ackedSeq: post.fromSeq + post.events.length - 1,
        cancel,
      });
      try {
        const isWanted = newest === undefined || (await noteProgress(actionId, newest.progress));
        res.status(isWanted ? 200 : 410).json(answer(!isWanted));
      } catch (error) {
        log.warn({ err: error, actionId }, 'progress of an action could not be noted');
        res.status(503).set('Retry-After', '1').json({ error: 'Unavailable' });
      }
    },
  );
  return router;
}

function readPost(rawBody: Buffer): CallbackPost | null {
  try {
    return CallbackPost.safeParse(JSON.parse(rawBody.toString('utf8'))).data ?? null;
  } catch {
    return null;
  }
}
