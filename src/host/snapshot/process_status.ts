import type { ProcessFacts } from '../facts/host_facts.js';

/** What /proc/PID/status says of a process. */
export interface ProcessStatus
  extends Pick<ProcessFacts, 'comm' | 'uid' | 'gid' | 'effective' | 'permitted' | 'bounding' | 'nspid'> {
  /** A thread of the kernel, which makes no system calls. */
  readonly isKernelThread: boolean;
  /** It has ended, and its parent has not asked how. */
  readonly hasEnded: boolean;
}

/** The process whose children are all the kernel's threads. */
const KTHREADD = 2;

/** Reads /proc/PID/status; undefined where it has not the lines that every kernel writes. Source: fs/proc/array.c: proc_pid_status(). */
export function parseStatus(pid: number, text: string): ProcessStatus | undefined {
  const field = (name: string): string | undefined => new RegExp(`^${name}:\\t(.*)$`, 'm').exec(text)?.[1];
  const ids = (name: string) => numbersOf(field(name)) as unknown as ProcessFacts['uid'];
  const [comm, effective, permitted, bounding] = ['Name', 'CapEff', 'CapPrm', 'CapBnd'].map(field);
  const [uid, gid] = [ids('Uid'), ids('Gid')];
  if (comm === undefined || !effective || !permitted || !bounding || uid.length !== 4 || gid.length !== 4)
    return undefined;
  const state = field('State') ?? '';
  return {
    comm,
    uid,
    gid,
    effective,
    permitted,
    bounding,
    nspid: numbersOf(field('NSpid') ?? String(pid)),
    isKernelThread: isKernelThread(pid, field('Kthread'), Number(field('PPid'))),
    hasEnded: /^[ZX]/.test(state),
  };
}

/** `Kthread:` is there from 6.10 on. The init of a pid namespace is no kernel thread, whatever its number. */
function isKernelThread(pid: number, told: string | undefined, parent: number): boolean {
  if (told !== undefined) return told === '1';
  return parent === KTHREADD || (pid === KTHREADD && parent === 0);
}

function numbersOf(text = ''): number[] {
  return text
    .split('\t')
    .filter((word) => word !== '')
    .map(Number);
}
