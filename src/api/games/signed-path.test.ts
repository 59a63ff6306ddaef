import { describe, expect, it } from 'vitest';
import { createGamePathSigner } from './signed-path.js';

const GRANT = {
  userId: '0a1b2c3d-0000-4000-8000-00000000000a',
  projectId: 'ffffffff-0000-4000-8000-00000000000b',
  expiresAtMs: 1_800_000_000_000,
};
const signer = createGamePathSigner('a secret of at least thirty-two characters');

describe('a signed game path', () => {
  it('carries user, project and end in one URL segment', () => {
    const segment = signer.sign(GRANT);
    expect(segment).toMatch(/^[\w-]+$/);
    expect(signer.open(segment, GRANT.expiresAtMs - 1)).toEqual(GRANT);
  });

  it('names one version, or none', () => {
    const ofVersion = { ...GRANT, revision: '0123456789abcdef0123456789abcdef01234567' };
    const segment = signer.sign(ofVersion);
    expect(signer.open(segment, 0)).toEqual(ofVersion);
    const [whole, bare] = [segment, signer.sign(GRANT)].map((text) =>
      Buffer.from(text, 'base64url'),
    );
    const mixed = Buffer.concat([whole!.subarray(0, 58), bare!.subarray(38)]);
    expect(signer.open(mixed.toString('base64url'), 0)).toBeNull();
    expect(signer.open(whole!.subarray(0, 80).toString('base64url'), 0)).toBeNull();
  });

  it('D7: ends with the session whose token it stands in for, and with no other one', () => {
    const sessionId = '5e551071-0000-4000-8000-00000000000c';
    const ended = createGamePathSigner(
      'a secret of at least thirty-two characters',
      undefined,
      (id) => id === sessionId,
    );
    const revision = '0123456789abcdef0123456789abcdef01234567';
    for (const grant of [
      { ...GRANT, sessionId },
      { ...GRANT, sessionId, revision },
    ]) {
      expect(signer.open(signer.sign(grant), 0)).toEqual(grant);
      expect(ended.open(signer.sign(grant), 0)).toBeNull();
      const another = { ...grant, sessionId: GRANT.userId };
      expect(ended.open(signer.sign(another), 0)).toEqual(another);
    }
    expect(ended.open(signer.sign(GRANT), 0)).toEqual(GRANT);
  });

  it('is over at its end', () => {
    expect(signer.open(signer.sign(GRANT), GRANT.expiresAtMs)).toBeNull();
  });

  it('is worth nothing with any character changed', () => {
    const segment = signer.sign(GRANT);
    for (let at = 0; at < segment.length; at += 1) {
      const changed =
        segment.slice(0, at) + (segment[at] === 'A' ? 'B' : 'A') + segment.slice(at + 1);
      expect(signer.open(changed, 0), `character ${at}`).toBeNull();
    }
  });

  it.each(['', 'A', 'A'.repeat(94), 'A'.repeat(93) + '=', '../../etc/passwd', '~'])(
    'is not %j',
    (segment) => {
      expect(signer.open(segment, 0)).toBeNull();
    },
  );

  it('of the secret before is opened while that is told, and no new one is signed by it', () => {
    const [now, before] = ['the secret of today, long enough', 'the secret of yesterday, as long'];
    const both = createGamePathSigner(now, before);
    expect(both.open(createGamePathSigner(before).sign(GRANT), 0)).toEqual(GRANT);
    expect(createGamePathSigner(now).open(both.sign(GRANT), 0)).toEqual(GRANT);
    expect(createGamePathSigner(before).open(both.sign(GRANT), 0)).toBeNull();
  });

  it('of another secret is refused', () => {
    expect(
      createGamePathSigner('another secret of at least thirty-two').open(signer.sign(GRANT), 0),
    ).toBeNull();
  });
});
