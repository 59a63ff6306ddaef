import { AppError } from '../contracts/base/errors.js';

/** True for the error of a system call that found no space, or no quota, left. */
export function isDiskFull(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** A disk without space as `DiskFull`, with `message`; every other error as it is. */
export function asDiskFull(error: unknown, message: string): unknown {
  return isDiskFull(error) ? new AppError('DiskFull', message) : error;
}
