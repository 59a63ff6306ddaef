type Context = new (options?: AudioContextOptions) => AudioContext;

/**
 * A game that the page around it covers or has scrolled away makes no sound; frames it has none
 * then by itself. What it plays goes on once it is seen again.
 */
export function keepSilentWhileCovered(): void {
  const contexts = new Set<AudioContext>();
  const media = new Set<HTMLMediaElement>();
  let resume: (() => void)[] | null = null;
  for (const name of ['AudioContext', 'webkitAudioContext'] as const) {
    const Native = (window as unknown as Record<string, Context | undefined>)[name];
    if (Native) hold(name, observed(Native, contexts));
  }
  if ('HTMLMediaElement' in window) observePlays(media);
  window.addEventListener('message', ({ source, data }: MessageEvent<unknown>) => {
    const message = data as { type?: unknown; isCovered?: unknown } | null;
    if (source !== window.parent || message?.type !== 'covered') return;
    resume?.forEach((each) => each());
    resume = message.isCovered === true ? silence(contexts, media) : null;
  });
}

function observePlays(media: Set<HTMLMediaElement>): void {
  type Play = (this: HTMLMediaElement) => Promise<void>;
  const { play } = HTMLMediaElement.prototype as { play: Play };
  HTMLMediaElement.prototype.play = function playObserved(): Promise<void> {
    media.add(this);
    return play.call(this);
  };
}

function hold(name: string, value: unknown): void {
  Object.defineProperty(window, name, { value, configurable: true, writable: true });
}

function observed(Native: Context, contexts: Set<AudioContext>): Context {
  return class extends Native {
    constructor(options?: AudioContextOptions) {
      super(options);
      contexts.add(this);
    }
  };
}

/** Returns what undoes it. */
function silence(
  contexts: ReadonlySet<AudioContext>,
  media: ReadonlySet<HTMLMediaElement>,
): (() => void)[] {
  const sounding = [...contexts].filter(({ state }) => state === 'running');
  const playing = [...media].filter(({ paused }) => !paused);
  for (const context of sounding) void context.suspend();
  for (const each of playing) each.pause();
  return [
    ...sounding.map((context) => () => void context.resume()),
    ...playing.map((each) => () => void each.play().catch(() => undefined)),
  ];
}
