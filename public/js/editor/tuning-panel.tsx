/** The panel below the running game: what is moved is seen at once, and saved as a version. */
import { render } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { text } from '../texts/index.js';
import type { Setting } from '../types.js';
import { BusyButton, Button, IconButton } from '../ui/button.tsx';
import { byId } from '../ui/dom.js';
import { useKeptFocus } from '../ui/kept-focus.ts';
import type { Tuning, Value } from './tuning.ts';

/** Steps of a slider whose game names none. */
const STEPS = 100;

/** Shows the panel while tuning goes on. */
export function showTuning(tuning: Tuning): void {
  render(<Place tuning={tuning} />, byId('tunePlace', HTMLDivElement));
}

function Place({ tuning }: { tuning: Tuning }) {
  if (!tuning.isOpen.value) return null;
  const press = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.preventDefault(); // Or the same key closes the question.
    void tuning.close();
  };
  return (
    <section id="tunePanel" class="tune-panel" aria-label={text.tuneTitle} onKeyDown={press}>
      <Panel tuning={tuning} />
    </section>
  );
}

function Panel({ tuning }: { tuning: Tuning }) {
  const list = useRef<HTMLDivElement>(null);
  const actions = useRef<HTMLElement>(null);
  const first = () => list.current?.querySelector<HTMLElement>('input, select');
  useLayoutEffect(() => first()?.focus(), []);
  useKeptFocus(actions, first);
  return (
    <>
      <header class="tune-header">
        <h2>{text.tuneTitle}</h2>
        <IconButton icon="close" label={text.close} onClick={() => void tuning.close()} />
      </header>
      <div ref={list} class="tune-list">
        {tuning.settings.value.map((setting) => (
          <Row key={setting.name} {...{ setting, tuning }} />
        ))}
      </div>
      <footer ref={actions} class="tune-actions">
        <Button
          id="tuneReset"
          class="button"
          disabled={!tuning.isMoved.value}
          onClick={() => tuning.putBack()}
        >
          {text.reset}
        </Button>
        <BusyButton
          id="tuneSave"
          class="button primary"
          disabled={!tuning.isMoved.value}
          run={() => tuning.save()}
        >
          {text.save}
        </BusyButton>
      </footer>
    </>
  );
}

function Row({ setting, tuning }: { setting: Setting; tuning: Tuning }) {
  const value = tuning.valueOf(setting);
  return (
    <label class={`tune-row ${setting.kind}`}>
      <span class="tune-name">{setting.label ?? setting.name}</span>
      {setting.kind === 'number' && (
        // Screen readers read the value from the slider.
        <span class="tune-value" aria-hidden="true">
          {Math.round(Number(value) * 1_000) / 1_000}
        </span>
      )}
      <Control {...{ setting, value }} move={(moved) => tuning.move(setting, moved)} />
    </label>
  );
}

interface ControlProps {
  setting: Setting;
  value: Value;
  move: (value: Value) => void;
}

function Control({ setting, value, move }: ControlProps) {
  const id = `tune-${setting.name}`;
  switch (setting.kind) {
    case 'number': {
      const { min, max, step = (max - min) / STEPS } = setting;
      return (
        <input
          type="range"
          {...{ id, min, max, step }}
          value={Number(value)}
          onInput={({ currentTarget }) => move(currentTarget.valueAsNumber)}
        />
      );
    }
    case 'color':
      return (
        <input
          type="color"
          id={id}
          value={String(value)}
          onInput={({ currentTarget }) => move(currentTarget.value)}
        />
      );
    case 'boolean':
      return (
        <input
          type="checkbox"
          role="switch"
          id={id}
          checked={value === true}
          onChange={({ currentTarget }) => move(currentTarget.checked)}
        />
      );
    case 'choice':
      return (
        <select
          id={id}
          value={String(value)}
          onChange={({ currentTarget }) => move(currentTarget.value)}
        >
          {setting.options.map((option) => (
            <option key={option}>{option}</option>
          ))}
        </select>
      );
  }
}
