import type { Manager } from './manager.js';
import type { Setting } from './setting.js';

/** Keys of a list of system calls that are allowed or denied; Incus knows the old names too. */
function filterKeys({ hasOldNames }: Manager): { readonly allow: readonly string[]; readonly deny: readonly string[] } {
  const old = (name: string) => (hasOldNames ? [`security.syscalls.${name}`] : []);
  return {
    allow: ['security.syscalls.allow', ...old('whitelist')],
    deny: ['security.syscalls.deny', ...old('blacklist')],
  };
}

/** Whether a key is one of a filter of system calls. */
export function isFilterKey(manager: Manager, key: string): boolean {
  const { allow, deny } = filterKeys(manager);
  return allow.includes(key) || deny.includes(key);
}

/**
 * Warns where the filter of system calls answers bpf() itself. A list of what is allowed excludes one of what is denied. Source: Incus
 * 7.0, internal/server/seccomp/seccomp.go, and LXD 6.9, lxd/seccomp/seccomp.go: seccompGetPolicyContent().
 */
export function warnOfFilter(manager: Manager, settings: ReadonlyMap<string, Setting>): void {
  const { allow, deny } = filterKeys(manager);
  const find = (keys: readonly string[]) => keys.map((key) => settings.get(key)).find((setting) => setting);
  const allowed = find(allow);
  const setting = allowed ?? find(deny);
  if (!setting) return;
  const names = setting.value.text.split('\n').some((line) => /^\s*bpf(?:\s|$)/.test(line));
  if (names === (setting === allowed)) return;
  const what = allowed ? 'does not allow bpf' : 'denies bpf';
  const message = `${setting.key.text} ${what}: the filter answers before the kernel looks at a token`;
  setting.context.account.warn(setting.value.at, { code: 'bpf-is-filtered', message });
}
