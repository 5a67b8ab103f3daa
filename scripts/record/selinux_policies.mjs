import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { debianRoot } from '../referee/debian_root.mjs';
import { randomFrom } from '../referee/random_from.mjs';
import { RecordingFailed } from './errors.mjs';
import { cache } from './paths.mjs';

/** The names that recorder/selinux_policy.c has. */
const RECORDER = 'recorder_t';
const DOMAINS = ['d1_t', 'd2_t', 'd3_t', 'd4_t', 'd5_t', 'd6_t'];
/** Domains that create the bpffs, which takes CAP_SYS_ADMIN (recorder/selinux.c: GRANTORS). */
const GRANTORS = DOMAINS.slice(0, 3);
/** Initial security identifiers: the kernel knows them by number, in this order (security/selinux/include/initial_sid_to_string.h). */
const SIDS =
  'kernel security unlabeled fs file file_labels init any_socket port netif netmsg node igmp_packet icmp_socket tcp_socket sysctl_modprobe ' +
  'sysctl sysctl_fs sysctl_kernel sysctl_net sysctl_net_unix sysctl_vm sysctl_dev kmod policy scmp_packet devnull';
/** Classes and their permissions, in any order: the kernel maps them by name (security/selinux/include/classmap.h). */
const CAPABILITIES =
  'chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable net_bind_service net_broadcast net_admin ' +
  'net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin sys_boot sys_nice sys_resource sys_time ' +
  'sys_tty_config mknod lease audit_write audit_control setfcap';
const CAPABILITIES2 =
  'mac_override mac_admin syslog wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore';
const CLASSES = {
  bpf: 'map_create map_read map_write prog_load prog_run map_create_as prog_load_as',
  capability: CAPABILITIES,
  capability2: CAPABILITIES2,
  cap_userns: CAPABILITIES,
  cap2_userns: CAPABILITIES2,
};
/** Permissions that policies allow or not; all others are allowed. */
const ASKED = {
  bpf: CLASSES.bpf.split(' '),
  capability: ['net_admin', 'sys_admin'],
  capability2: ['bpf', 'perfmon'],
  cap_userns: ['net_admin', 'sys_admin'],
  cap2_userns: ['bpf', 'perfmon'],
};

/** The random allow rules of a policy: `{source, target, text}`. */
function drawRules(random) {
  // Of rare permissions and of frequent ones.
  const density = 55 + 10 * random(5);
  const rules = [];
  for (const source of DOMAINS) {
    for (const target of DOMAINS) {
      for (const [name, asked] of Object.entries(ASKED)) {
        // Capabilities in the initial user namespace are asked of the domain itself alone.
        if (source !== target && name.startsWith('capability')) continue;
        const drawn = asked.filter(() => random(100) < density + (source === target ? 8 : 0));
        const mounts = source === target && GRANTORS.includes(source);
        const allowed = asked.filter(
          (permission) => drawn.includes(permission) || (mounts && permission === 'sys_admin'),
        );
        if (allowed.length > 0) {
          rules.push({ source, target, text: `allow ${source} ${target}:${name} { ${allowed.join(' ')} };` });
        }
      }
    }
  }
  return rules;
}

function policyText(hasTokenPerms, rules) {
  const all = [RECORDER, ...DOMAINS];
  const context = 'system_u:system_r:recorder_t';
  const others = (name) => CLASSES[name].split(' ').filter((permission) => !ASKED[name].includes(permission));
  const lines = [
    // The kernel loads no policy without this class; all domains go over to each other.
    ...['process', ...Object.keys(CLASSES)].map((name) => `class ${name}`),
    ...SIDS.split(' ').map((name) => `sid ${name}`),
    'class process { transition dyntransition }',
    ...Object.entries(CLASSES).map(([name, permissions]) => `class ${name} { ${permissions} }`),
    ...(hasTokenPerms ? ['policycap bpf_token_perms;'] : []),
    ...all.map((name) => `type ${name};`),
    'role system_r;',
    `role system_r types { ${all.join(' ')} };`,
    `allow { ${all.join(' ')} } { ${all.join(' ')} }:process { transition dyntransition };`,
    ...Object.entries(CLASSES).flatMap(([name, permissions]) => [
      ...all.map((target) => `allow ${RECORDER} ${target}:${name} { ${permissions} };`),
      ...DOMAINS.map((source) => `allow ${source} ${RECORDER}:${name} { ${permissions} };`),
    ]),
    ...Object.keys(CLASSES)
      .filter((name) => others(name).length > 0)
      .flatMap((name) => DOMAINS.map((source) => `allow ${source} self:${name} { ${others(name).join(' ')} };`)),
    ...rules.map(({ text }) => text),
    'user system_u roles { system_r };',
    ...SIDS.split(' ').map((name) => `sid ${name} ${context}`),
  ];
  return `${lines.join('\n')}\n`;
}

/**
 * Random policies of SELinux for a guest, as files of its folder selinux: three of four with the policy capability bpf_token_perms. They are
 * compiled by checkpolicy of Debian unstable, which knows its name; classes that a policy does not have are allowed. Returns
 * `[name, bytes]`.
 */
export function selinuxPolicies(seed, count) {
  const root = debianRoot('sid', ['checkpolicy', 'libsepol2', 'libc6'], join(cache, 'checkpolicy'));
  const folder = join(cache, 'checkpolicy.policies');
  mkdirSync(folder, { recursive: true });
  const random = randomFrom(seed);
  return Array.from({ length: count }, (_, number) => {
    const hasTokenPerms = number % 4 !== 3;
    const rules = drawRules(random);
    const source = join(folder, `${number}.conf`);
    const compiled = join(folder, `${number}.policy`);
    writeFileSync(source, policyText(hasTokenPerms, rules));
    const command = [
      join(root, 'usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2'),
      ['--library-path', join(root, 'usr/lib/x86_64-linux-gnu'), join(root, 'usr/bin/checkpolicy')],
      ['-U', 'allow', '-c', '33', '-o', compiled, source],
    ].flat();
    const { status, stdout, stderr, error } = spawnSync(command[0], command.slice(1));
    if (error || status !== 0) throw new RecordingFailed(`checkpolicy: ${error?.message ?? `${stdout}${stderr}`}`);
    const lines = rules.map((rule) => `${rule.source} ${rule.target} ${rule.text}`);
    return [
      [`${number}.policy`, readFileSync(compiled)],
      [`${number}.rules`, Buffer.from(`${Number(hasTokenPerms)}\n${lines.join('\n')}\n`)],
    ];
  }).flat();
}
