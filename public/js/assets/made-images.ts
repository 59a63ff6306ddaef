/**
 * Images by AI on their way into the library. Each is remembered under its action until it is an
 * asset: after a reload, a closed tab or a lost network its work is found again (H1), and neither
 * drawn nor kept twice.
 */
import { answerOf, ask, failureText, isAway, Refusal } from '../net/rest.js';
import type { Session } from '../net/session.js';
import { text } from '../texts/index.js';
import { fileName } from '../ui/file-name.js';
import { toast } from '../ui/toast.js';
import { listAssets, uploadAsset, type Asset } from './asset-calls.js';
import { fileOfDataUri } from './compress.js';

const KEY = 'dreamcore_images';
/** The server keeps the image of an action for a while only. */
const REMEMBERED_MS = 24 * 60 * 60_000;

export interface ImageWish {
  readonly prompt: string;
  readonly style: string;
  readonly size: string;
}

interface Place {
  readonly session: Session;
  readonly projectId: string;
}

interface Wanted {
  readonly actionId: string;
  readonly userId: string;
  readonly projectId: string;
  readonly wish: ImageWish;
  readonly at: number;
}

function wantedImages(): Wanted[] {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '[]') as Wanted[];
    return kept.filter(({ at }) => Date.now() - at < REMEMBERED_MS);
  } catch {
    return [];
  }
}

function remember(wanted: Wanted, isDone = false): void {
  const others = wantedImages().filter(({ actionId }) => actionId !== wanted.actionId);
  const all = isDone ? others : [...others, wanted];
  if (all.length === 0) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, JSON.stringify(all));
}

const forget = (wanted: Wanted): void => remember(wanted, true);

export class MadeImage {
  /** As a data URI, once it is drawn. */
  uri = '';
  asset: Asset | null = null;

  private constructor(
    private readonly session: Session,
    private readonly wanted: Wanted,
    /** An upload was begun, maybe on another page, and its answer lost. */
    private mayBeKept: boolean,
  ) {}

  /** The image of a wish; a wish whose answer was lost goes on under its action. */
  static of({ session, projectId }: Place, wish: ImageWish): MadeImage {
    const { userId } = session;
    const isSame = (known: Wanted): boolean =>
      JSON.stringify([known.userId, known.projectId, known.wish]) ===
      JSON.stringify([userId, projectId, wish]);
    const actionId = crypto.randomUUID();
    const fresh = { actionId, userId, projectId, wish, at: Date.now() };
    const known = wantedImages().find(isSame);
    if (!known) remember(fresh);
    return new MadeImage(session, known ?? fresh, known !== undefined);
  }

  /** Those of this person that no page waits for. */
  static left(session: Session): MadeImage[] {
    const own = wantedImages().filter(({ userId }) => userId === session.userId);
    return own.map((wanted) => new MadeImage(session, wanted, true));
  }

  get name(): string {
    return this.wanted.wish.prompt;
  }

  get file(): File {
    return fileOfDataUri(this.uri, fileName(this.name.slice(0, 40), ''));
  }

  /** Runs the work while no other tab works on the same image; with `ifAvailable` or not at all. */
  async alone(work: () => Promise<void>, options: LockOptions = {}): Promise<void> {
    const name = `${KEY}/${this.wanted.actionId}`;
    await navigator.locks.request(name, options, (lock) => lock && work());
  }

  /** Has it drawn, or with `isBegun` only waits for what was begun. */
  async draw({ isBegun = false } = {}): Promise<void> {
    const { actionId, wish } = this.wanted;
    try {
      const answer = isBegun
        ? await answerOf(this.session, actionId)
        : await ask(this.session, 'POST', '/api/generate-image', { ...wish, actionId });
      this.uri = ((await answer.json()) as { image: string }).image;
    } catch (error) {
      if (isFinal(error)) forget(this.wanted);
      throw error;
    }
  }

  /** Makes it an asset, once. Rejects with an Error whose message is for the person. */
  async keep(): Promise<Asset> {
    return (this.asset ??= await this.stored());
  }

  private async stored(): Promise<Asset> {
    const { actionId, projectId } = this.wanted;
    const known = this.mayBeKept ? await this.found() : undefined;
    this.mayBeKept = true;
    const fields = { projectId, description: this.name, tags: actionId };
    const asset = known ?? (await uploadAsset(this.session, this.file, fields));
    forget(this.wanted);
    return asset;
  }

  private async found(): Promise<Asset | undefined> {
    const { actionId, projectId } = this.wanted;
    const listed = await listAssets(this.session, projectId).catch((error: unknown) => {
      throw new Error(failureText(error, text.assetsFailed));
    });
    return listed.find(({ tags }) => tags === actionId);
  }
}

/** Did the server itself refuse it? Else its work may go on. */
const isFinal = (error: unknown): boolean =>
  error instanceof Refusal &&
  error.status !== 401 &&
  !(isAway(error) && error.said === String(error.status));

/** Images whose page was closed before they were kept. */
export async function keepLeftImages(session: Session): Promise<void> {
  for (const image of MadeImage.left(session))
    await image.alone(() => keepLeft(image), { ifAvailable: true });
}

async function keepLeft(image: MadeImage): Promise<void> {
  try {
    await image.draw({ isBegun: true });
  } catch {
    return; // There is none, or it is asked for with the next page.
  }
  await image.keep().then(
    () => toast(text.imageKept(image.name), { kind: 'success' }),
    (error: Error) => toast(`${image.name}: ${error.message}`, { kind: 'error' }),
  );
}
