/** What decides who may load an asset, as its row has it. */
interface AssetRules {
  readonly owner_id: string | null;
  readonly is_public: boolean;
  readonly is_global: boolean | null;
  readonly is_deleted: boolean;
  readonly available_from: string | null;
  readonly available_until: string | null;
}

/**
 * Public and global assets are readable by all, others by their owner; `userId` null = anonymous.
 */
export function isReadableBy(
  { owner_id, is_public, is_global }: Pick<AssetRules, 'owner_id' | 'is_public' | 'is_global'>,
  userId: string | null,
): boolean {
  return is_public || is_global === true || (userId !== null && owner_id === userId);
}

/** Not deleted, and within its dates (its owner is bound by them, too). */
export function isAvailable(
  {
    is_deleted,
    available_from,
    available_until,
  }: Pick<AssetRules, 'is_deleted' | 'available_from' | 'available_until'>,
  nowMs: number,
): boolean {
  if (is_deleted) return false;
  const isTooEarly = available_from !== null && Date.parse(available_from) > nowMs;
  const isTooLate = available_until !== null && Date.parse(available_until) < nowMs;
  return !isTooEarly && !isTooLate;
}
