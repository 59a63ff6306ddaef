import { BACKENDS } from '../../contracts/execution/backends.js';
import type { ModalFunctionName } from '../../contracts/execution/modal.js';

/** What `modal/app.py` reserves for each function (tested). */
export const RESERVED: Readonly<
  Record<
    ModalFunctionName,
    { readonly cores: number; readonly memoryMib: number; readonly gpus?: number }
  >
> = {
  'generate-game': { cores: 1, memoryMib: 2_048 },
  'git-operation': { cores: 0.5, memoryMib: 1_024 },
  'file-operation': { cores: 0.25, memoryMib: 512 },
  'generate-image': { cores: 1, memoryMib: 2_048 },
  'render-video': { cores: 4, memoryMib: 8_192, gpus: 1 },
  'play-game': { cores: 2, memoryMib: 4_096 },
  'search-game': { cores: 2, memoryMib: 4_096 },
};

/** Price of a container of this function that worked for so long. */
export function priceUsd(fn: ModalFunctionName, seconds: number): number {
  const { cores, memoryMib, gpus = 0 } = RESERVED[fn];
  const { coreSecondUsd, gibSecondUsd, gpuSecondUsd } = BACKENDS.modal.price;
  return (
    seconds * (cores * coreSecondUsd + (memoryMib / 1_024) * gibSecondUsd + gpus * gpuSecondUsd)
  );
}
