/**
 * Phone: chat or preview, one at a time; the phone's own back button leads from the preview to the
 * chat.
 */
import { byId, isPhone, onLayoutChange } from '../ui/dom.js';

/**
 * @param {{ onShow: () => void, onHide: () => void }} preview called when the preview pane appears
 * or goes, on phones
 */
export function panes({ onShow, onHide }) {
  const chat = byId('chatInput', HTMLTextAreaElement);
  const back = byId('backToChatButton', HTMLButtonElement);
  const isPreview = () => document.body.dataset['pane'] === 'preview';
  /** @param {'chat' | 'preview'} pane */
  const set = (pane) => {
    document.body.dataset['pane'] = pane;
    if (pane === 'preview') return onShow();
    if (document.fullscreenElement) void document.exitFullscreen();
    onHide();
  };
  const showChat = () => {
    if (isPreview()) history.back();
  };
  window.addEventListener('popstate', () => {
    if (!isPreview()) return;
    set('chat');
    const play = byId('playGameButton', HTMLButtonElement);
    if (!isPhone()) chat.focus();
    else if (play.hidden) byId('chatMessages', HTMLDivElement).focus();
    else play.focus();
  });
  back.addEventListener('click', showChat);
  onLayoutChange(() => {
    if (!isPhone() && isPreview()) history.back();
  });
  return {
    showPreview() {
      if (!isPhone() || isPreview()) return;
      // after a reload it is there already
      if (history.state?.pane !== 'preview') history.pushState({ pane: 'preview' }, '');
      set('preview');
      // Not the button: a sketch comes by itself, and its ring would stay for the whole job.
      byId('previewPane', HTMLElement).focus();
    },
    showChat,
    /** Can the person see the preview now? */
    previewIsVisible: () => !isPhone() || isPreview(),
  };
}
