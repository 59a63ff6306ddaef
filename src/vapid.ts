import { createECDH } from 'node:crypto';

/** The pair by which push services know us, and whom they can write to (RFC 8292). */
export interface Vapid {
  readonly publicKey: string;
  readonly privateKey: string;
  readonly subject: string;
}

/** Variables of the configuration; all of them are given, or none. */
type Given = Readonly<
  Partial<Record<'VAPID_PUBLIC_KEY' | 'VAPID_PRIVATE_KEY' | 'VAPID_SUBJECT', string | undefined>>
>;

/** Null: nothing is pushed. */
export function vapidOf(config: Given): Vapid | null {
  const { VAPID_PUBLIC_KEY: publicKey, VAPID_PRIVATE_KEY: privateKey } = config;
  const { VAPID_SUBJECT: subject } = config;
  return publicKey && privateKey && subject ? { publicKey, privateKey, subject } : null;
}

/** The public key that belongs to a private one; null where that is none. */
export function publicVapidKey(privateKey: string): string | null {
  const curve = createECDH('prime256v1');
  try {
    curve.setPrivateKey(privateKey, 'base64url');
  } catch {
    return null;
  }
  return curve.getPublicKey('base64url');
}
