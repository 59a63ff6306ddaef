/** The panel of versions: its pages and its filter. */
import { useSignal } from '@preact/signals';
import { render } from 'preact';
import { useEffect } from 'preact/hooks';
import { text } from '../texts/index.js';
import type { Version } from '../types.js';
import { BusyButton, Button } from '../ui/button.tsx';
import { dialogHeader, openDialog } from '../ui/dialog.js';
import { h } from '../ui/dom.js';
import { toast } from '../ui/toast.js';
import { VersionItem } from './version-item.tsx';
import type { Versions } from './versions.ts';

const PAGE_LENGTH = 20;

/** Resolves when the panel is closed, by the user or because a version was restored. */
export async function openVersionsPanel(versions: Versions): Promise<void> {
  const body = h('div', { class: 'dialog-body' });
  const { close, closed } = openDialog({
    className: 'versions-panel',
    title: text.versionsTitle,
    content: (dismiss) => [dialogHeader(dismiss), body],
  });
  render(<VersionsPanel versions={versions} onRestored={close} />, body);
  await closed;
  render(null, body);
}

interface PanelProps {
  versions: Versions;
  onRestored: () => void;
}

/** Ids in the order of the pages; `before` = the ordinal that the next page is older than. */
type Listing =
  | { state: 'loading' | 'failed' }
  | { state: 'listed'; ids: readonly string[]; before: number | undefined };

function listed(earlier: readonly string[], page: readonly Version[]): Listing {
  return {
    state: 'listed',
    ids: [...earlier, ...page.map(({ id }) => id)],
    before: page.length < PAGE_LENGTH ? undefined : page.at(-1)?.ordinal,
  };
}

function VersionsPanel({ versions, onRestored }: PanelProps) {
  const isFiltered = useSignal(false);
  const listing = useSignal<Listing>({ state: 'loading' });
  const fill = async (bookmarkedOnly: boolean): Promise<void> => {
    isFiltered.value = bookmarkedOnly;
    listing.value = { state: 'loading' };
    const page = await versions.page({ bookmarkedOnly }).catch(() => null);
    // The filter was pressed meanwhile: the newer call fills the list.
    if (bookmarkedOnly !== isFiltered.value) return;
    listing.value = page === null ? { state: 'failed' } : listed([], page);
  };
  useEffect(() => {
    void fill(false).then(() => findBookmarks(versions));
  }, []);
  const more = async (): Promise<void> => {
    const { value: before } = listing;
    if (before.state !== 'listed') return;
    const older = { before: before.before, bookmarkedOnly: isFiltered.value };
    const page = await versions.page(older).catch(() => null);
    if (page === null) return toast(text.versionsFailed, { kind: 'error' });
    if (listing.value === before) listing.value = listed(before.ids, page);
  };
  return (
    <>
      <Button
        class="chip version-filter"
        aria-pressed={isFiltered.value}
        hidden={!isFiltered.value && !versions.known.value.some((each) => each.isBookmarked)}
        onClick={() => void fill(!isFiltered.value)}
      >
        {text.bookmarkedOnly}
      </Button>
      <ol class="version-list" tabIndex={-1} aria-busy={listing.value.state === 'loading'}>
        {listing.value.state === 'loading' && <li class="panel-note">{text.loading}</li>}
        {listing.value.state === 'failed' && <Failure retry={() => void fill(isFiltered.value)} />}
        {listing.value.state === 'listed' && (
          <Pages
            listing={listing.value}
            empty={isFiltered.value ? text.bookmarksEmpty : text.versionsEmpty}
            {...{ more, versions, onRestored }}
          />
        )}
      </ol>
      {listing.value.state === 'listed' && listing.value.ids.length > 0 && (
        <Repository download={versions.doings.downloadAll} />
      )}
    </>
  );
}

function Repository({ download }: { download: () => Promise<void> }) {
  const isBusy = useSignal(false);
  const run = async (): Promise<void> => {
    isBusy.value = true;
    await download();
    isBusy.value = false;
  };
  return (
    <p class="panel-note">
      <button
        type="button"
        class="button compact"
        aria-busy={isBusy.value || undefined}
        disabled={isBusy.value}
        onClick={() => void run()}
      >
        {text.downloadRepository}
      </button>
    </p>
  );
}

function Failure({ retry }: { retry: () => void }) {
  return (
    <li class="panel-note" role="alert">
      {text.versionsFailed}
      <Button class="button compact" onClick={retry}>
        {text.retry}
      </Button>
    </li>
  );
}

interface PagesProps extends PanelProps {
  listing: Extract<Listing, { state: 'listed' }>;
  empty: string;
  more: () => Promise<void>;
}

function Pages({ listing, empty, more, versions, onRestored }: PagesProps) {
  if (listing.ids.length === 0) return <li class="panel-note">{empty}</li>;
  return (
    <>
      {listing.ids.map((id) => {
        const version = versions.known.value.find((each) => each.id === id);
        return version && <VersionItem key={id} {...{ version, versions, onRestored }} />;
      })}
      {listing.before !== undefined && (
        <li key={listing.before} class="panel-note">
          <BusyButton class="button" run={more}>
            {text.showMore}
          </BusyButton>
        </li>
      )}
    </>
  );
}

/** Bookmarks on pages that are not shown yet make the filter appear, too. */
async function findBookmarks(versions: Versions): Promise<void> {
  const { value: known } = versions.known;
  if (known.length >= PAGE_LENGTH && !known.some(({ isBookmarked }) => isBookmarked))
    await versions.page({ bookmarkedOnly: true }).catch(() => []);
}
