// What numbers of a world and of requests may be.

const MAX_U64 = 0xffff_ffff_ffff_ffffn;
/** Largest uid: 2^32-1 means no uid to the kernel. */
export const MAX_UID = 0xffff_fffe;

/** Whether a value is a whole number that 32 bits hold. */
export function isU32(value: unknown): value is number {
  return typeof value === 'number' && value >>> 0 === value;
}

/** Whether a value is a global uid (or gid). */
export function isUid(value: unknown): value is number {
  return isU32(value) && value <= MAX_UID;
}

/** Whether a value is a bigint that 64 bits without a sign hold. */
export function isU64(value: unknown): value is bigint {
  return typeof value === 'bigint' && value >= 0n && value <= MAX_U64;
}

/** Whether a value is an object, whose fields can be looked at. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
