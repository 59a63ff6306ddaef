/** The errors a running game reported, with the offer to repair them. */
import { computed, signal } from '@preact/signals';
import { render } from 'preact';
import { useRef } from 'preact/hooks';
import { errorKind, explainGameError } from '../texts/game-errors.js';
import { text } from '../texts/index.js';
import type { GameError } from '../types.js';
import { Button, IconButton } from '../ui/button.tsx';
import { byId } from '../ui/dom.js';
import { Icon } from '../ui/icon.tsx';
import { useKeptFocus } from '../ui/kept-focus.ts';

export class ErrorPanel {
  readonly errors = signal<readonly GameError[]>([]);
  readonly isBusy = signal(false);
  /** By the person: stays closed until the game is loaded again. */
  readonly isClosed = signal(false);
  readonly isHidden = computed(() => this.isClosed.value || !this.hasErrors);

  /** `onRepair` returns whether the request was sent. */
  constructor(private readonly onRepair: (errors: readonly GameError[]) => boolean) {
    render(<Panel panel={this} />, byId('errorPlace', HTMLDivElement));
  }

  get hasErrors(): boolean {
    return this.errors.value.length > 0;
  }

  clear(): void {
    this.errors.value = [];
    this.isClosed.value = false;
  }

  repair(): void {
    if (this.onRepair(this.errors.value)) this.clear();
  }
}

function Panel({ panel }: { panel: ErrorPanel }) {
  const place = useRef<HTMLElement>(null);
  const { value: errors } = panel.errors;
  useKeptFocus(place, () => byId('gamePreview', HTMLIFrameElement));
  const close = () => (panel.isClosed.value = true);
  return (
    <section ref={place} id="errorPanel" class="error-panel" role="alert" hidden={panel.isHidden}>
      <div class="error-panel-header">
        <h2>
          <Icon name="alert" size={18} />
          <span>{text.errorCount(errors.length)}</span>
        </h2>
        <div class="error-panel-actions">
          <Button
            class="button primary compact auto-fix-btn"
            title={text.autoFixHint}
            disabled={panel.isBusy}
            icon="bolt"
            onClick={() => panel.repair()}
          >
            {text.autoFix}
          </Button>
          <IconButton icon="close" size={18} label={text.close} onClick={close} />
        </div>
      </div>
      <ul class="error-list" tabIndex={0}>
        {errors.map(({ type, message, file, line = 0 }, index) => (
          <li key={index}>
            <span class="error-type">{errorKind(type)}</span>
            <span class="error-plain">{explainGameError(message)}</span>
            <span class="error-message">{message}</span>
            {file !== undefined && <span class="error-place">{text.errorPlace(file, line)}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
