import { Fault } from '../abi/verdict.js';
import { ATTR_SIZES } from '../abi/vocabulary.generated.js';
import { RELEASES, type Release } from '../kernel/vocabulary.js';

const PAGE_SIZE = 4096;
/** Bytes of token_create's fields: flags, then bpffs_fd. */
const FLAGS = 4;
const FIELDS = 8;

/** sizeof(union bpf_attr) of a release. */
function unionSize(release: Release): number {
  const at = RELEASES.indexOf(release);
  const [size] = ATTR_SIZES.findLast(([, since]) => RELEASES.indexOf(since as Release) <= at) as [number, string];
  return size;
}

/** The attributes of a BPF_TOKEN_CREATE: their size in bytes, and whether a byte past the known fields is not zero. */
export interface AttrBytes {
  readonly attrSize: number;
  readonly nonzeroByteAt: number | null;
  readonly flags: number;
}

/** The kernel's reading of the attributes of a BPF_TOKEN_CREATE. */
export interface AttrRead {
  readonly fault: Fault;
  readonly flags: number;
  /** Whether the attributes include the descriptor; in shorter ones it is 0. */
  readonly hasFd: boolean;
}

/** Source: kernel/bpf/syscall.c: bpf_check_uarg_tail_zero(), __sys_bpf(), CHECK_ATTR(). */
export function readAttr(release: Release, { attrSize, nonzeroByteAt, flags }: AttrBytes): AttrRead {
  const stray = nonzeroByteAt !== null && nonzeroByteAt < attrSize ? nonzeroByteAt : -1;
  const tooBig = attrSize > PAGE_SIZE || stray >= unionSize(release);
  const fault = tooBig ? Fault.ATTR_E2BIG : stray >= FIELDS ? Fault.ATTR_EINVAL : Fault.NONE;
  const known = attrSize >= FLAGS ? flags : flags & (2 ** (8 * attrSize) - 1);
  return {
    fault,
    flags: stray >= 0 && stray < FLAGS ? known | 1 : known,
    // Descriptors are small: the first byte has their whole value.
    hasFd: attrSize > FLAGS,
  };
}
