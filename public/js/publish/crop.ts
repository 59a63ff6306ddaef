/**
 * The dialog in which a chosen image is cut to 9:16: the frame stands still, the image is moved,
 * zoomed, turned and flipped under it.
 */
import { text } from '../texts/index.js';
import { dialogHeader, openDialog } from '../ui/dialog.js';
import { buttonOf, h } from '../ui/dom.js';
import { icon, type IconName } from '../ui/icons.js';
import { CropStage, ZOOM_MAX } from './crop-stage.ts';

/** Resolves with what lies in the frame, or with null if the user cancels. */
export async function cropDialog(image: HTMLImageElement): Promise<HTMLCanvasElement | null> {
  const zoom = h('input', {
    type: 'range',
    class: 'crop-zoom',
    min: 1,
    max: ZOOM_MAX,
    step: 0.01,
    value: 1,
  });
  const stage = new CropStage(image, (chosen) => {
    zoom.value = String(chosen);
  });
  zoom.addEventListener('input', () => stage.zoomTo(Number(zoom.value)));
  let result: HTMLCanvasElement | null = null;
  const { closed, close } = openDialog({
    className: 'work-dialog crop-dialog',
    title: text.cropTitle,
    scrimCloses: false,
    content: (leave) => [
      dialogHeader(leave),
      cropBody(stage, zoom),
      h(
        'div',
        { class: 'crop-footer' },
        buttonOf('button', text.cancel, leave),
        buttonOf('button primary', text.cropApply, () => void apply()),
      ),
    ],
  });
  const opened = stage.open();
  const apply = async (): Promise<void> => {
    await opened;
    result = stage.cropped;
    close();
  };
  await closed;
  stage.close();
  return result;
}

/** The frame, its note, zoom and tools. */
function cropBody(stage: CropStage, zoom: HTMLInputElement): HTMLElement {
  return h(
    'div',
    { class: 'crop-body' },
    stage.element,
    h(
      'p',
      { class: 'crop-note', id: 'cropNote' },
      h('strong', {}, text.cropNote),
      h('span', {}, text.cropHint),
    ),
    h('label', { class: 'crop-zoom-field' }, h('span', {}, text.cropZoom), zoom),
    h(
      'div',
      { class: 'crop-tools' },
      tool('rotate', text.cropRotate, () => stage.turn()),
      tool('flipX', text.cropFlipX, () => stage.flip('x')),
      tool('flipY', text.cropFlipY, () => stage.flip('y')),
    ),
  );
}

function tool(name: IconName, label: string, onclick: () => void): HTMLElement {
  return buttonOf('button compact', [icon(name, 18), label], onclick);
}
