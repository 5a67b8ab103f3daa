import type { MaskName } from '../../kernel/masks.js';

/** What the names of each mask start with. */
export const NAME_PREFIX: Readonly<Record<MaskName, string>> = {
  cmds: 'BPF',
  maps: 'BPFMapType',
  progs: 'BPFProgType',
  attachs: 'BPF',
};

/**
 * The names of each mask without what they start with, in the order of the bits that they set. They are those of the enumerators of
 * the kernel's header, each later word capitalised; aliases have none. Source: systemd 262, src/core/generate-bpf-delegate-configs.py
 * and its header; compared with systemd itself by scripts/referee.
 *
 * Two names are not as the header has them: a comment behind BPF_PROG_TYPE_SYSCALL hides it from the generator, so that no name
 * stands for it, and `BPFProgTypeNetfilter`, the next, sets its bit, 31, in place of 32.
 */
const NAMES: Readonly<Record<MaskName, string>> = {
  cmds:
    'MapCreate MapLookupElem MapUpdateElem MapDeleteElem MapGetNextKey ProgLoad ObjPin ObjGet ProgAttach ' +
    'ProgDetach ProgTestRun ProgGetNextId MapGetNextId ProgGetFdById MapGetFdById ObjGetInfoByFd ProgQuery ' +
    'RawTracepointOpen BtfLoad BtfGetFdById TaskFdQuery MapLookupAndDeleteElem MapFreeze BtfGetNextId ' +
    'MapLookupBatch MapLookupAndDeleteBatch MapUpdateBatch MapDeleteBatch LinkCreate LinkUpdate LinkGetFdById ' +
    'LinkGetNextId EnableStats IterCreate LinkDetach ProgBindMap TokenCreate ProgStreamReadByFd ' +
    'ProgAssocStructOps',
  maps:
    'Unspec Hash Array ProgArray PerfEventArray PercpuHash PercpuArray StackTrace CgroupArray LruHash ' +
    'LruPercpuHash LpmTrie ArrayOfMaps HashOfMaps Devmap Sockmap Cpumap Xskmap Sockhash CgroupStorageDeprecated ' +
    'ReuseportSockarray PercpuCgroupStorageDeprecated Queue Stack SkStorage DevmapHash StructOps Ringbuf ' +
    'InodeStorage TaskStorage BloomFilter UserRingbuf CgrpStorage Arena InsnArray Rhash',
  progs:
    'Unspec SocketFilter Kprobe SchedCls SchedAct Tracepoint Xdp PerfEvent CgroupSkb CgroupSock LwtIn LwtOut ' +
    'LwtXmit SockOps SkSkb CgroupDevice SkMsg RawTracepoint CgroupSockAddr LwtSeg6local LircMode2 SkReuseport ' +
    'FlowDissector CgroupSysctl RawTracepointWritable CgroupSockopt Tracing StructOps Ext Lsm SkLookup Netfilter',
  attachs:
    'CgroupInetIngress CgroupInetEgress CgroupInetSockCreate CgroupSockOps SkSkbStreamParser SkSkbStreamVerdict ' +
    'CgroupDevice SkMsgVerdict CgroupInet4Bind CgroupInet6Bind CgroupInet4Connect CgroupInet6Connect ' +
    'CgroupInet4PostBind CgroupInet6PostBind CgroupUdp4Sendmsg CgroupUdp6Sendmsg LircMode2 FlowDissector ' +
    'CgroupSysctl CgroupUdp4Recvmsg CgroupUdp6Recvmsg CgroupGetsockopt CgroupSetsockopt TraceRawTp TraceFentry ' +
    'TraceFexit ModifyReturn LsmMac TraceIter CgroupInet4Getpeername CgroupInet6Getpeername ' +
    'CgroupInet4Getsockname CgroupInet6Getsockname XdpDevmap CgroupInetSockRelease XdpCpumap SkLookup Xdp ' +
    'SkSkbVerdict SkReuseportSelect SkReuseportSelectOrMigrate PerfEvent TraceKprobeMulti LsmCgroup StructOps ' +
    'Netfilter TcxIngress TcxEgress TraceUprobeMulti CgroupUnixConnect CgroupUnixSendmsg CgroupUnixRecvmsg ' +
    'CgroupUnixGetpeername CgroupUnixGetsockname NetkitPrimary NetkitPeer TraceKprobeSession TraceUprobeSession ' +
    'TraceFsession TraceFentryMulti TraceFexitMulti TraceFsessionMulti',
};

/** The bits of names that set another bit than the one the kernel has by that name (systemd 258 to 262). */
export const MISPLACED: Readonly<Record<string, string>> = { BPFProgTypeNetfilter: 'syscall' };

const tables = new Map<MaskName, readonly string[]>();

/** Names of a mask, in the order of bits from 0: `BPFMapCreate`. */
export function systemdNames(mask: MaskName): readonly string[] {
  const known = tables.get(mask);
  if (known) return known;
  const names = NAMES[mask].split(' ').map((name) => NAME_PREFIX[mask] + name);
  tables.set(mask, names);
  return names;
}

/** The bit that a name sets; undefined for a name that systemd does not have. */
export function systemdBit(mask: MaskName, name: string): number | undefined {
  const bit = systemdNames(mask).indexOf(name);
  return bit === -1 ? undefined : bit;
}
