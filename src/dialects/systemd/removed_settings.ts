import { EXEC_SECTIONS } from './sections.js';

/** Settings that systemd had once. Source: systemd 262, src/core/load-fragment-gperf.gperf.in: DISABLED_LEGACY. */
const OF_PROCESS = ['Capabilities'];
const OF_CGROUP =
  'CPUAccounting CPUShares StartupCPUShares DefaultMemoryMin DefaultMemoryLow DefaultStartupMemoryLow MemoryLimit ' +
  'BlockIOAccounting BlockIOWeight StartupBlockIOWeight BlockIODeviceWeight BlockIOReadBandwidth BlockIOWriteBandwidth NetClass';

const WITH_CGROUP = [...EXEC_SECTIONS, 'Slice', 'Scope'];

const OF_SECTION: Readonly<Record<string, readonly string[]>> = {
  Unit: ['IgnoreOnSnapshot'],
  Service: ['SysVStartPriority', 'BusPolicy'],
};

/** Whether systemd says of a setting that it was removed. Source: systemd 262, src/core/load-fragment.c: config_parse_warn_compat(). */
export function isRemoved(name: string, section: string): boolean {
  return (
    (EXEC_SECTIONS.includes(section) && OF_PROCESS.includes(name)) ||
    (WITH_CGROUP.includes(section) && OF_CGROUP.split(' ').includes(name)) ||
    (OF_SECTION[section] ?? []).includes(name)
  );
}
