/** A version in the panel: its screenshot, its name and bookmark, and the actions on it. */
import { useSignal, type Signal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { tint, ownImage } from '../list/thumb.js';
import { readStoredSession } from '../net/session-cache.js';
import { text } from '../texts/index.js';
import type { Version } from '../types.js';
import { Button, IconButton } from '../ui/button.tsx';
import { dayAndTime } from '../ui/clock.js';
import { isComposing } from '../ui/dom.js';
import { Image } from '../ui/image.tsx';
import { ChangeLoop } from './change-view.tsx';
import { nameOf, openDifference, openTrial } from './compare.js';
import { told } from './told.tsx';
import type { VersionChange, Versions } from './versions.ts';

interface ItemProps {
  version: Version;
  versions: Versions;
  onRestored: () => void;
}

export function VersionItem({ version, versions, onRestored }: ItemProps) {
  const { id } = version;
  const isCurrent = versions.currentKnown?.id === id;
  const marks = useMarks((change) => versions.mark(id, change));
  const editButton = useRef<HTMLButtonElement>(null);
  const leave = (): void => {
    marks.problem.value = null;
    marks.isNaming.value = false;
    editButton.current?.focus();
  };
  return (
    <li class={`version-item${isCurrent ? ' current' : ''}`} data-version={id}>
      <Screenshot version={version} projectId={versions.projectId} />
      <div class="version-body">
        <Head version={version} />
        <div>
          {marks.isNaming.value && <NameForm {...{ version, marks, leave }} />}
          {marks.problem.value !== null && (
            <p class="dialog-problem" role="alert">
              {marks.problem.value}
            </p>
          )}
        </div>
        <p class="version-message">{told(version.message)}</p>
        <Change version={version} projectId={versions.projectId} />
        <div class="version-actions">
          {isCurrent ? (
            <span class="version-current">{text.current}</span>
          ) : (
            <Actions {...{ version, versions, onRestored }} />
          )}
          <Tools {...{ version, marks, leave, editButton }} />
        </div>
      </div>
    </li>
  );
}

function Head({ version: { serial, name, id, timestamp } }: { version: Version }) {
  return (
    <div class="version-head">
      {serial !== undefined && (
        <span class="version-number">{text.versionNumber(String(serial))}</span>
      )}
      {name !== undefined && <span class="version-name">{name}</span>}
      <code class="version-id">{id.slice(0, 7)}</code>
      <time dateTime={timestamp}>{dayAndTime(timestamp)}</time>
    </div>
  );
}

/** What a play has found changed since the version before; the images are loaded when asked for. */
function Change({ version, projectId }: { version: Version; projectId: string }) {
  const isOpen = useSignal(false);
  const { receipt, loop } = version.play ?? {};
  if (!receipt || receipt.changed + receipt.lost + receipt.same === 0) return null;
  const isSame = receipt.changed + receipt.lost === 0;
  return (
    <details class="version-change" onToggle={(event) => (isOpen.value = event.currentTarget.open)}>
      <summary>{text.changeTitle}</summary>
      <p>{isSame ? text.changeSame : text.changeCounts(receipt)}</p>
      {isOpen.value && loop && <ChangeLoop name={loop} projectId={projectId} />}
    </details>
  );
}

interface MarkingProps {
  version: Version;
  marks: Marks;
  /** Closes the field for the name. */
  leave: () => void;
}

function Tools({
  version,
  marks,
  leave,
  editButton,
}: MarkingProps & { editButton: RefObject<HTMLButtonElement | null> }) {
  const { isBookmarked = false } = version;
  const edit = (): void => {
    if (marks.isNaming.value) return leave();
    marks.problem.value = null;
    marks.isNaming.value = true;
  };
  return (
    <div class="version-tools">
      <IconButton
        icon="edit"
        label={text.nameVersion(nameOf(version))}
        aria-expanded={marks.isNaming.value}
        onClick={edit}
        ref={editButton}
      />
      <IconButton
        icon="star"
        label={text.bookmarkOf(nameOf(version))}
        aria-pressed={isBookmarked}
        aria-busy={marks.isStarBusy.value || undefined}
        onClick={() => void marks.save(marks.isStarBusy, { isBookmarked: !isBookmarked })}
      />
    </div>
  );
}

interface Marks {
  isNaming: Signal<boolean>;
  isNameBusy: Signal<boolean>;
  isStarBusy: Signal<boolean>;
  problem: Signal<string | null>;
  /** Resolves with whether the change was saved; a control sends one change at a time. */
  save: (isBusy: Signal<boolean>, change: VersionChange) => Promise<boolean>;
}

function useMarks(send: (change: VersionChange) => Promise<unknown>): Marks {
  const problem = useSignal<string | null>(null);
  return {
    isNaming: useSignal(false),
    isNameBusy: useSignal(false),
    isStarBusy: useSignal(false),
    problem,
    async save(isBusy, change) {
      if (isBusy.value) return false;
      isBusy.value = true;
      problem.value = null;
      try {
        await send(change);
        return true;
      } catch (error) {
        problem.value = error instanceof Error ? error.message : text.somethingWrong;
        return false;
      } finally {
        isBusy.value = false;
      }
    },
  };
}

function NameForm({ version, marks, leave }: MarkingProps) {
  const { name = '' } = version;
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (!input.current) return;
    input.current.value = name;
    input.current.focus();
    input.current.select();
  }, []);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const written = input.current?.value.trim() ?? '';
    const isKept = written === name || (await marks.save(marks.isNameBusy, { name: written }));
    if (isKept && marks.isNaming.value) leave();
  };
  const press = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && isComposing(event)) event.preventDefault();
    if (event.key !== 'Escape' || isComposing(event)) return;
    event.preventDefault(); // The panel closes on Escape otherwise.
    leave();
  };
  return (
    <form class="version-rename" noValidate onSubmit={(event) => void submit(event)}>
      <input
        ref={input}
        class="text-input"
        aria-label={text.versionName(nameOf(version))}
        aria-busy={marks.isNameBusy.value || undefined}
        placeholder={text.versionNameHint}
        autoComplete="off"
        onKeyDown={press}
      />
      <IconButton icon="check" label={text.keepVersionName} type="submit" />
    </form>
  );
}

/** What can be done with a version that is not the current one. */
function Actions({ version, versions, onRestored }: ItemProps) {
  const { doings } = versions;
  const name = nameOf(version);
  const restore = async (): Promise<boolean> => {
    const isRestored = await versions.confirmRestore(version);
    if (isRestored) onRestored();
    return isRestored;
  };
  const compare = (): void =>
    openDifference(
      versions.known.value,
      { from: version, to: versions.currentKnown ?? version },
      doings.loadDifference,
    );
  const play = (): void =>
    void openTrial({
      version,
      current: versions.currentKnown,
      urlOf: doings.urlOf,
      onRestore: restore,
    });
  const actions = [
    ['trial-btn', text.trial, text.trialOf(name), play],
    ['difference-btn', text.difference, text.differenceOf(name), compare],
    ['restore-btn', text.restore, text.restoreOf(name), () => void restore()],
  ] as const;
  return (
    <>
      {actions.map(([className, label, wholeLabel, onClick]) => (
        <Button
          key={className}
          class={`button compact ${className}`}
          aria-label={wholeLabel}
          onClick={onClick}
        >
          {label}
        </Button>
      ))}
    </>
  );
}

function Screenshot({ version, projectId }: { version: Version; projectId: string }) {
  const url = ownImage(version.screenshotUrl ?? null, readStoredSession()?.access_token);
  return (
    <div class="project-thumb" data-tint={tint(projectId)}>
      <span
        class="project-thumb-name"
        data-name={String(version.serial ?? '')}
        aria-hidden="true"
      />
      <Image
        sources={[url]}
        alt={text.versionScreenshot(nameOf(version))}
        loading="lazy"
        decoding="async"
      />
    </div>
  );
}
