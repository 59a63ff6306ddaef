import type { ModalFunctionName } from '../../contracts/modal.js';

/** US dollars per second, as listed in autumn 2026: one physical core, one GiB of memory. */
const CORE_SECOND_USD = 0.000_013_1;
const GIB_SECOND_USD = 0.000_002_22;
/** One L4. */
const GPU_SECOND_USD = 0.000_222;

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
};

/** Price of a container of this function that worked for so long. */
export function priceUsd(fn: ModalFunctionName, seconds: number): number {
  const { cores, memoryMib, gpus = 0 } = RESERVED[fn];
  return (
    seconds *
    (cores * CORE_SECOND_USD + (memoryMib / 1_024) * GIB_SECOND_USD + gpus * GPU_SECOND_USD)
  );
}
