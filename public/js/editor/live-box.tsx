/**
 * The work that goes on: the steps, the present one in words, bar, elapsed time, whether it is
 * tried again, and the raw text of the AI folded away.
 */
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Session } from '../net/session.js';
import { text } from '../texts/index.js';
import type { JobRow } from '../types.js';
import { Button } from '../ui/button.tsx';
import { stopwatch } from '../ui/clock.js';
import type { JobFlow } from './job-flow.js';
import type { LiveWork } from './live-work.ts';
import { PushOffer } from './push-offer.tsx';
import type { Sketch } from './sketch.tsx';
import { STEPS, stepStates } from './step-states.js';
import { Trial } from './trial.tsx';

interface LiveBoxProps {
  flow: JobFlow;
  session: Session;
  sketch: Sketch;
}

export function LiveBox({ flow, session, sketch }: LiveBoxProps) {
  const { live, cursor } = flow;
  // What the job before has left is nothing of a message that waits for its answer.
  const [brief, tail] = flow.awaitsAnswer ? ['', ''] : [cursor.brief.value, cursor.tail.value];
  return (
    <div
      id="liveBox"
      class={`live-box${live.isDone ? ' is-done' : ''}`}
      hidden={live.phase.value === 'closed'}
    >
      <Head live={live} />
      <Bar percent={live.percent.value} />
      <Steps live={live} />
      <Trial url={live.trialUrl} />
      {sketch.name.value !== null && (
        <Button class="button primary sketch-play" icon="play" onClick={() => sketch.open()}>
          {text.sketchPlay}
        </Button>
      )}
      <p class="live-brief" hidden={brief.trim() === ''}>
        <b>{text.whatWeMake}</b>
        <span>{brief.trim()}</span>
      </p>
      <p class="live-note">
        <span role="status">{triedWords(live.trying.value)}</span>
        {text.mayLeave}
        {!session.isGuest && <PushOffer session={session} />}
      </p>
      <details
        id="streamingDetails"
        class="live-details"
        onToggle={({ currentTarget }) => (live.isWatched = currentTarget.open)}
      >
        <summary>
          <span>{text.showStream}</span>
          <span class="live-file">{live.file}</span>
        </summary>
        <Raw {...{ live, tail }} />
      </details>
    </div>
  );
}

function Head({ live: { step, percent, isDone, elapsedMs } }: { live: LiveWork }) {
  const clock = stopwatch(elapsedMs.value);
  const going = percent.value > 0 ? text.workingAt(percent.value) : text.working;
  return (
    <div class="live-head">
      <span class="spinner" aria-hidden="true" />
      <p class="live-step" role="status">
        {step}
      </p>
      <span class="live-numbers">
        <span id="streamingStatus" class="live-status">
          {isDone ? text.done : going}
        </span>
        <span class="live-elapsed" aria-label={text.elapsed(clock)}>
          {clock}
        </span>
      </span>
    </div>
  );
}

function Steps({ live: { been, isDone } }: { live: LiveWork }) {
  const states = stepStates(been.value, isDone);
  return (
    <ol class="live-steps" aria-label={text.stepsLabel}>
      {STEPS.map((step, index) => {
        const state = states[index] ?? 'todo';
        return (
          <li key={step} class={`is-${state}`} aria-current={state === 'now' ? 'step' : undefined}>
            {text.steps[step]}
            <span class="visually-hidden">{text.stepStates[state]}</span>
          </li>
        );
      })}
    </ol>
  );
}

function Bar({ percent }: { percent: number }) {
  return (
    <div
      class={`live-bar${percent === 0 ? ' is-waiting' : ''}`}
      role="progressbar"
      aria-label={text.progressLabel}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
    >
      <div class="live-bar-fill" style={{ transform: `scaleX(${percent / 100})` }} />
    </div>
  );
}

/** Its newest line stays in view. */
function Raw({ live, tail }: { live: LiveWork; tail: string }) {
  const box = useRef<HTMLPreElement>(null);
  const typed = tail.slice(0, Math.max(0, tail.length - live.behind.value));
  useLayoutEffect(() => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [typed]);
  return (
    <pre ref={box} id="streamingText" class="live-raw" tabIndex={0}>
      {typed}
    </pre>
  );
}

/** Is it tried again, or elsewhere? */
function triedWords(trying: JobRow['trying']): string {
  const again = trying && trying.tryNo > 1 ? text.tryingAgain(trying.tryNo) : '';
  return `${trying?.leftModal ? text.movedHere : ''}${again}`;
}
