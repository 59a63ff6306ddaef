/** What is played while a first game is made, until the game itself takes its place. */
import { signal } from '@preact/signals';
import { render } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { GAME_SANDBOX } from '../feed/play-game.js';
import { text } from '../texts/index.js';
import type { Frame } from '../types.js';
import { Button } from '../ui/button.tsx';
import { byId, isOccupied, prefersStillness } from '../ui/dom.js';
import { Trial } from './trial.tsx';

export type SketchWords = NonNullable<Frame<'stream'>['sketch']>;

/** Who touched it so recently is in the middle of a play. */
const IN_PLAY_MS = 6_000;

interface Place {
  projectId: string;
  /** Can the person see the preview now? */
  isVisible: () => boolean;
  /** Brings the preview to the front. */
  onOpen: () => void;
  onPlayGame: () => void;
}

export class Sketch {
  /** In its address; null = none is there. */
  readonly name = signal<string | null>(null);
  /** Out of sight, and where motion is to be reduced, it waits for a press. */
  readonly isStarted = signal(false);
  /** The game is made, and the person decides when it takes the place. */
  readonly isGameReady = signal(false);
  /** What the game that is tried looks like; null = it is not tried. */
  readonly trialUrl = signal<string | null>(null);
  private words: SketchWords | null = null;
  private frame: HTMLIFrameElement | null = null;
  private touchedAt = -Infinity;
  /** Has the sketch whose person went back to the chat: it comes forward once. */
  private readonly leftKey;

  constructor(private readonly place: Place) {
    this.leftKey = `dreamcore_sketch_left_${place.projectId}`;
    render(<View sketch={this} />, byId('sketchPlace', HTMLDivElement));
    window.addEventListener('message', ({ source, data }: MessageEvent<{ type?: unknown }>) => {
      if (!this.frame || source !== this.frame.contentWindow) return;
      if (data?.type === 'sketchReady') this.send();
      if (data?.type === 'sketchTouched') this.touchedAt = performance.now();
    });
  }

  /** A first game is being made: comes to the front, or waits for a press. */
  offer(name: string): void {
    if (this.name.value === name) return;
    const wasLeft = sessionStorage.getItem(this.leftKey) === name;
    this.withdraw();
    this.name.value = name;
    if (wasLeft) this.left();
    if (prefersStillness()) return;
    if (this.place.isVisible()) this.isStarted.value = true;
    else if (!wasLeft && !isOccupied()) this.open();
  }

  open(): void {
    sessionStorage.removeItem(this.leftKey);
    this.isStarted.value = true;
    this.place.onOpen();
  }

  /** The person went back to the chat. */
  left(): void {
    if (this.name.value !== null) sessionStorage.setItem(this.leftKey, this.name.value);
  }

  /** Takes on what the game is to become; null = that is unknown. */
  wear(words: SketchWords | null): void {
    this.words = words;
    this.send();
  }

  /** The game is there. True while it waits for the end of a play. */
  keepsGameWaiting(): boolean {
    const isPlayed = performance.now() - this.touchedAt < IN_PLAY_MS;
    if (this.name.value !== null && this.place.isVisible() && isPlayed)
      this.isGameReady.value = true;
    return this.isGameReady.value;
  }

  playGame(): void {
    this.isGameReady.value = false;
    this.place.onPlayGame();
  }

  /** The game stands in its place, or there will be none. */
  withdraw(): void {
    // A page that was loaded anew does not know of it yet.
    if (this.name.peek() !== null) sessionStorage.removeItem(this.leftKey);
    this.name.value = null;
    this.isStarted.value = false;
    this.isGameReady.value = false;
    this.touchedAt = -Infinity;
  }

  attach(frame: HTMLIFrameElement | null): void {
    this.frame = frame;
  }

  private send(): void {
    // A sandboxed page has no origin that could be named, and the words are no secret.
    const message = { type: 'sketchWords', words: this.words };
    if (this.words) this.frame?.contentWindow?.postMessage(message, '*');
  }
}

function View({ sketch }: { sketch: Sketch }) {
  const { value: name } = sketch.name;
  const isReady = sketch.isGameReady.value;
  const said = name === null ? '' : isReady ? text.sketchReady : text.sketchHere;
  return (
    <>
      <p class="visually-hidden" role="status">
        {said}
      </p>
      <Trial url={sketch.trialUrl} />
      {name !== null && (
        <div class="sketch">
          {sketch.isStarted.value ? (
            <SketchFrame {...{ sketch, name }} />
          ) : (
            <Button class="button primary" icon="play" onClick={() => sketch.open()}>
              {text.sketchPlay}
            </Button>
          )}
          {isReady && (
            <div class="sketch-ready">
              <b>{text.sketchReady}</b>
              <Button class="button primary" icon="play" onClick={() => sketch.playGame()}>
                {text.sketchToGame}
              </Button>
            </div>
          )}
        </div>
      )}
    </>
  );
}

function SketchFrame({ sketch, name }: { sketch: Sketch; name: string }) {
  const frame = useRef<HTMLIFrameElement>(null);
  useEffect(() => {
    sketch.attach(frame.current);
    return () => sketch.attach(null);
  }, [name]);
  return (
    <iframe
      key={name}
      ref={frame}
      id="sketchFrame"
      title={text.sketchLabel}
      src={`/sketch/${encodeURIComponent(name)}`}
      sandbox={GAME_SANDBOX}
      allow="autoplay"
      referrerpolicy="no-referrer"
    />
  );
}
