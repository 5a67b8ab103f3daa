/** Error numbers bpf(2), fsopen(2) and unshare(2) can answer with here, as in asm-generic/errno-base.h and errno.h. */
export const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  E2BIG: 7,
  EBADF: 9,
  ENOMEM: 12,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  ENODEV: 19,
  EINVAL: 22,
  ENOSPC: 28,
  ERANGE: 34,
  EBADFD: 77,
  EOPNOTSUPP: 95,
  ENOTSUPP: 524,
} as const;

export type ErrnoName = keyof typeof ERRNO;
export const ERRNO_NAMES: readonly ErrnoName[] = Object.keys(ERRNO) as ErrnoName[];

const NAMES = new Map<number, ErrnoName>(Object.entries(ERRNO).map(([name, number]) => [number, name as ErrnoName]));

/** The name of an error number, positive or negated as system calls return it: `errnoName(-1)` is `EPERM`. */
export function errnoName(errno: number): string {
  const number = typeof errno === 'number' ? Math.abs(errno) : Number.NaN;
  return NAMES.get(number) ?? `errno ${number}`;
}
