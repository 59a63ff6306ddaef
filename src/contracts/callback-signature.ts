import { createHmac } from 'node:crypto';

/** The key of one call's posts: its runner gets this one and no other; the receiver makes it anew and stores nothing (C2). */
export function callbackKeyOf(masterSecret: string, callId: string): Buffer {
  return createHmac('sha256', masterSecret).update(callId).digest();
}

/** What a post's signature must say after `v1=`. `timestamp` is Unix seconds as it is sent, `body` the raw bytes. */
export function callbackMac(key: Buffer, timestamp: string, body: string | Buffer): Buffer {
  return createHmac('sha256', key).update(`${timestamp}.`).update(body).digest();
}
